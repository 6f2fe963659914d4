import type { FetchLike, ResponseLike } from "@chatnest/client";
import type fc from "fast-check";

type FetchInit = Parameters<FetchLike>[1];

const encoder = new TextEncoder();

/** What becomes of a request. */
type Fate = "answered" | "away" | "lost";

/** One stream of events; what was not read of it when it is cut is lost. */
interface Stream {
  text: string;
  isCut: boolean;
  wake: (() => void) | undefined;
}

/** What a server does for the one user of a test, as the contract says it, each step when the schedule lets it go. */
export class ModelServer {
  /** Where each conversation ends. */
  readonly ends = new Map<string, number>();
  readonly memberships = new Set<string>();
  epoch = 1;
  fates: Iterator<Fate> | undefined;
  readonly #activeAt = new Map<string, number>();
  readonly #scheduler: fc.Scheduler;
  #clock = 1_000;
  #stream: Stream | undefined;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  readonly fetch: FetchLike = async (url, init) => {
    await this.#step();
    const fate: Fate = this.fates?.next().value ?? "answered";
    if (init.signal?.aborted || fate === "lost") throw new Error("lost");
    if (fate === "away") return answer(503, "text/html", "<h1>Away</h1>");
    const response = url.startsWith("/users/") ? this.#open(init) : this.#page(url);
    await this.#step();
    return response;
  };

  /** Adds an entry to a log: a message, or another one where `isMessage` says so. */
  add(id: string): void {
    const seq = (this.ends.get(id) ?? 0) + 1;
    this.ends.set(id, seq);
    this.#activeAt.set(id, ++this.#clock);
    if (!this.memberships.has(id)) return;
    if (isMessage(seq)) this.#tell("message", toMessage(id, seq));
    else this.#tell("edited", { conversation_id: id, seq });
  }

  /** Adds entries up to the next message. */
  say(id: string): void {
    do this.add(id);
    while (!isMessage(this.ends.get(id) ?? 0));
  }

  join(id: string): void {
    if (this.memberships.has(id)) return;
    this.memberships.add(id);
    this.#activeAt.set(id, ++this.#clock);
    this.#tell("joined", { conversation_id: id, last_seq: this.ends.get(id) ?? 0 });
  }

  leave(id: string): void {
    if (!this.memberships.delete(id)) return;
    this.#tell("left", { conversation_id: id, last_seq: this.ends.get(id) ?? 0 });
  }

  cut(): void {
    if (!this.#stream) return;
    this.#stream.isCut = true;
    this.#stream.wake?.();
    this.#stream = undefined;
  }

  /** Goes back to a backup, in which every conversation is half as long. */
  restore(): void {
    this.epoch++;
    for (const [id, end] of this.ends) this.ends.set(id, Math.floor(end / 2));
    this.cut();
  }

  #open({ headers, signal }: FetchInit): ResponseLike {
    this.cut();
    const stream: Stream = { text: "", isCut: false, wake: undefined };
    this.#stream = stream;
    signal?.addEventListener("abort", () => {
      stream.isCut = true;
      stream.wake?.();
    });
    const [epoch, watermark] = (headers["last-event-id"] ?? "-").split("-").map(Number);
    const isReset = Boolean(epoch) && epoch !== this.epoch;
    const since = epoch === this.epoch ? Number(watermark) : 0;
    if (isReset) this.#tell("reset", {});
    const heads = [...this.memberships]
      .filter((id) => (this.#activeAt.get(id) ?? 0) >= since)
      .map((id) => ({ conversation_id: id, last_seq: this.ends.get(id) ?? 0 }));
    this.#tell("heads", { heads: heads.slice(0, 1), complete: false });
    stream.text += `id: ${this.epoch}-${this.#clock}\n`;
    this.#tell("heads", { heads: heads.slice(1), complete: true });
    const read = () => this.#read(stream);
    return {
      ...answer(200, "text/event-stream", ""),
      body: { getReader: () => ({ read, cancel: async () => {} }) },
    };
  }

  async #read(stream: Stream): Promise<{ done: boolean; value: Uint8Array }> {
    await this.#step();
    while (stream.text === "" && !stream.isCut) {
      await new Promise<void>((resolve) => {
        stream.wake = resolve;
      });
    }
    if (stream.isCut) throw new Error("cut");
    // One event at a time, so that anything may happen between two.
    const length = stream.text.indexOf("\n\n") + 2;
    const value = encoder.encode(stream.text.slice(0, length));
    stream.text = stream.text.slice(length);
    return { done: false, value };
  }

  // Two entries at a time, so that gaps take more than one page, and some pages hold no message.
  #page(url: string): ResponseLike {
    const input = new URLSearchParams(url.slice(url.indexOf("?"))).get("input") ?? "{}";
    const { conversation_id, after } = JSON.parse(input);
    const length = Math.max(0, Math.min(2, (this.ends.get(conversation_id) ?? 0) - after));
    const messages = Array.from({ length }, (_, n) => after + n + 1)
      .filter(isMessage)
      .map((seq) => toMessage(conversation_id, seq));
    const data = { messages, prev: null, next: null, read_to: after + length };
    return answer(200, "application/json", JSON.stringify({ result: { data } }));
  }

  #tell(event: string, data: object): void {
    if (!this.#stream) return;
    this.#stream.text += `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#stream.wake?.();
  }

  #step(): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve());
  }
}

/** Whether the entry at a `seq` is a message: of five in a row the first two are. */
export function isMessage(seq: number): boolean {
  return seq % 5 === 1 || seq % 5 === 2;
}

function toMessage(conversation_id: string, seq: number) {
  return { id: `message-${seq}`, user_id: "ann", content: "x", conversation_id, seq };
}

function answer(status: number, type: string, text: string): ResponseLike {
  const headers = { get: (name: string) => (name === "content-type" ? type : null) };
  return { status, headers, body: null, text: async () => text };
}
