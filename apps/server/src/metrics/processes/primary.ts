import cluster, { type Worker } from "node:cluster";
import type { Snapshot } from "../families.ts";
import { addUp, toText } from "../text.ts";
import { isMetricsMessage, type MetricsMessage } from "./messages.ts";
import { Places } from "./places.ts";

/** How long a worker may take to tell what it has measured, in ms. Then what it told before is used. */
const readTimeoutMs = 2_000;

/**
 * Gathers the metrics of all workers for any of them that asks. Call it in the primary, before the first fork. What workers
 * have counted by the last time they told is kept when they exit: a sum that falls looks like a restart of everything.
 * @returns how to stop.
 */
export function gatherMetrics(): () => void {
  const places = new Places<Worker>();
  const told = new Map<Worker, Snapshot[]>();
  const awaited = new Map<number, { from: Set<Worker>; done(): void }>();
  let departed: Snapshot[][] = [];
  let lastId = 0;
  let gathering: Promise<string> | undefined;

  async function gather(): Promise<string> {
    const id = ++lastId;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const from = new Set(workers.filter((worker) => worker.isConnected()));
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, readTimeoutMs);
    awaited.set(id, { from, done: resolve });
    for (const worker of from) {
      send(worker, { chatnest: "metrics.read", id, process: places.of(worker) });
    }
    await promise;
    clearTimeout(timer);
    awaited.delete(id);
    const processes = [...told.values(), ...departed];
    if (departed.length > 1) await foldDeparted();
    return toText(processes);
  }

  // One snapshot stands for all that have gone, however often workers are restarted.
  async function foldDeparted(): Promise<void> {
    const gone = [...departed];
    const sum = await addUp(gone);
    departed = [sum, ...departed.slice(gone.length)];
  }

  function hear(worker: Worker, message: unknown): void {
    if (!isMetricsMessage(message)) return;
    if (message.chatnest === "metrics.snapshots") {
      told.set(worker, message.snapshots);
      settle(message.id, worker);
    }
    if (message.chatnest === "metrics.ask") void answer(worker, message.id);
  }

  async function answer(worker: Worker, id: number): Promise<void> {
    gathering ??= gather().finally(() => {
      gathering = undefined;
    });
    const text = await gathering.catch(() => undefined);
    send(worker, { chatnest: "metrics.text", id, ...(text !== undefined && { text }) });
  }

  function settle(id: number, worker: Worker): void {
    const waiting = awaited.get(id);
    waiting?.from.delete(worker);
    if (waiting?.from.size === 0) waiting.done();
  }

  function forget(worker: Worker): void {
    places.free(worker);
    for (const id of awaited.keys()) settle(id, worker);
    const last = told.get(worker);
    told.delete(worker);
    if (last) departed.push(last.filter(({ type }) => type !== "gauge"));
  }

  cluster.on("message", hear);
  cluster.on("exit", forget);
  return () => {
    cluster.off("message", hear);
    cluster.off("exit", forget);
  };
}

function send(worker: Worker, message: MetricsMessage): void {
  // One that has just gone hears nothing, and is awaited no more once it has exited.
  if (worker.isConnected()) worker.send(message, undefined, undefined, () => {});
}
