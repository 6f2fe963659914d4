import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import type { Logger } from "pino";
import { type HopelessMessage, isMessage, type StopMessage } from "./messages.ts";
import { Restarts } from "./restarts.ts";

/** How several processes are run. */
export interface ProcessesOptions {
  count: number;
  /** Where they listen. */
  port: number;
  logger: Logger;
  /** Called once when the processes cannot go on, with the reason if a process gave one. */
  onFailure(reason: string | undefined): void;
}

/** Several processes that listen on one port. One that ends is replaced. */
export class Processes {
  readonly #options: ProcessesOptions;
  readonly #restarts: Restarts;
  readonly #startedAt = new Map<number, number>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #hasListened = false;
  #isStopping = false;

  constructor(options: ProcessesOptions) {
    this.#options = options;
    this.#restarts = new Restarts(options.count);
    cluster.on("exit", (worker, code, signal) => this.#onExit(worker, code, signal));
    cluster.on("message", (_worker, message) => {
      if (isMessage<HopelessMessage>(message, "hopeless")) this.#fail(message.text);
    });
    // Whatever ends this process: none of the others outlives it unseen.
    process.once("exit", () => this.kill());
  }

  /** Starts the first process, and when it listens the others. Returns when all listen; does not when they cannot. */
  async start(): Promise<void> {
    await once(this.#fork(), "listening");
    this.#hasListened = true;
    if (this.#isStopping) return;
    const others = Array.from({ length: this.#options.count - 1 }, () => this.#fork());
    await Promise.all(others.map((other) => once(other, "listening")));
  }

  /** Lets every process finish its requests, and returns when all have ended: whether each exited with 0. */
  async stop(reason: string): Promise<boolean> {
    this.#isStopping = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    const message: StopMessage = { chatnest: "stop", reason };
    const ends = workers().map(async (worker) => {
      const ended = once(worker, "exit");
      if (worker.isConnected()) worker.send(message, () => {});
      const [code] = await ended;
      return code === 0;
    });
    return (await Promise.all(ends)).every(Boolean);
  }

  /** Ends every process at once. */
  kill(): void {
    for (const { process: child } of workers()) child.kill("SIGKILL");
  }

  #fork(): Worker {
    const worker = cluster.fork({ PORT: this.#options.port });
    this.#startedAt.set(worker.id, performance.now());
    return worker;
  }

  #onExit({ id }: Worker, code: number, signal: string | null): void {
    const livedMs = performance.now() - (this.#startedAt.get(id) ?? 0);
    this.#startedAt.delete(id);
    if (this.#isStopping) return;
    // Before anything is served, an operator waits for an answer.
    const pauseMs = this.#hasListened ? this.#restarts.pauseAfter(livedMs) : undefined;
    const how = {
      process: id,
      code,
      ...(signal && { signal }),
      lived_s: Math.round(livedMs / 1000),
    };
    if (pauseMs === undefined) {
      this.#options.logger.error(
        how,
        "a process ended, and another one would end as well: stopping",
      );
      this.#fail(undefined);
      return;
    }
    this.#options.logger.error(how, `a process ended: another one starts in ${pauseMs} ms`);
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#fork();
    }, pauseMs);
    this.#pauses.add(pause);
  }

  #fail(reason: string | undefined): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#options.onFailure(reason);
  }
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
