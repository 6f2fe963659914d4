import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

/** Where a crowd goes, and how many it is. */
export interface CrowdOptions {
  port: number;
  path: string;
  size: number;
}

/** So many connect at once in the beginning: no more than the queue of a listening socket holds. */
const connectSize = 100;

/** Many who follow the same, on bare connections, so that thousands fit into one process. */
export class Crowd implements Disposable {
  readonly members: readonly Follower[];

  private constructor({ size, ...place }: CrowdOptions) {
    this.members = Array.from({ length: size }, () => new Follower(place));
  }

  /** Lets them all in, and returns when each was told that it is. */
  static async gather(options: CrowdOptions): Promise<Crowd> {
    const crowd = new Crowd(options);
    for (let start = 0; start < options.size; start += connectSize) {
      const some = crowd.members.slice(start, start + connectSize);
      for (const member of some) member.come();
      await until(() => some.every(({ arrivals }) => arrivals.length > 0), {
        timeoutMs: 10_000,
        what: `${start + some.length} followers are in`,
      });
    }
    return crowd;
  }

  [Symbol.dispose](): void {
    for (const member of this.members) member.leave();
  }
}

/** One of a crowd. It comes back as an `EventSource` does: after as long as it was told, to where it was. */
class Follower {
  /** The places of all messages that came, as they came. */
  readonly seqs: number[] = [];
  /** When it was to ask, and was told where it begins, by `performance.now()`, each time that it was let in. */
  readonly arrivals: { dueAt: number; toldAt: number }[] = [];
  readonly #place: Omit<CrowdOptions, "size">;
  /** As it was told to: where many share a busy process, they may ask together though they were not to. */
  #dueAt = performance.now();
  #retryMs = Number.NaN;
  #lastEventId = "";
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasLeft = false;

  constructor(place: Omit<CrowdOptions, "size">) {
    this.#place = place;
  }

  come(): void {
    const { port, path } = this.#place;
    const place = this.#lastEventId && `Last-Event-ID: ${this.#lastEventId}\r\n`;
    let rest = "";
    this.#socket = connect(port, "127.0.0.1")
      .setEncoding("latin1")
      // Refused, or cut: either way it closes.
      .on("error", () => {})
      .on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#read(line);
      })
      .once("close", () => {
        if (this.#hasLeft) return;
        this.#dueAt = performance.now() + this.#retryMs;
        this.#timer = setTimeout(() => this.come(), this.#retryMs);
      });
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${place}\r\n`);
  }

  leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #arrive(): void {
    this.arrivals.push({ dueAt: this.#dueAt, toldAt: performance.now() });
  }

  #read(line: string): void {
    if (line === "event: ready") this.#arrive();
    if (line === "event: message") this.seqs.push(Number(this.#lastEventId.split("-")[1]));
    const [, name, value = ""] = /^(id|retry): (.*)$/.exec(line) ?? [];
    if (name === "id") this.#lastEventId = value;
    if (name === "retry") this.#retryMs = Number(value);
  }
}
