import type { Message } from "@chatnest/db";

/** A message that a writer tried to send, whatever became of it. */
export interface Sent {
  id: string;
  user_id: string;
  content: string;
  conversation_id: string;
}

/** What became of one try. */
export type Answer =
  | { kind: "acknowledged"; message: Message }
  | { kind: "unknown"; reason: string }
  | { kind: "wrong"; reason: string };

/** No request may take longer, in ms. */
export const requestMsMax = 15_000;

/** What the writers of one test did and were told. */
export class Ledger {
  /** Every message that was tried, by id. */
  readonly sent = new Map<string, Sent>();
  /** Every message that a writer was told is stored, by id. */
  readonly acknowledged = new Map<string, Message>();
  /** What no client may ever see. */
  readonly wrongs: string[] = [];
  /** Why outcomes were unknown, and how often. */
  readonly unknownReasons = new Map<string, number>();
  tries = 0;
  unknown = 0;
  longestRequestMs = 0;
  readonly #acknowledgedAt = new Map<string, number[]>();

  /** Takes down that a writer begins. */
  begin(writer: string): void {
    this.#acknowledgedAt.set(writer, [performance.now()]);
  }

  /** Takes down one try, and how long it took. */
  record(writer: string, sent: Sent, { answer, ms }: { answer: Answer; ms: number }): void {
    this.tries++;
    this.sent.set(sent.id, sent);
    this.timed(ms, `a send was answered after ${Math.round(ms)} ms: ${JSON.stringify(answer)}`);
    switch (answer.kind) {
      case "acknowledged":
        this.acknowledged.set(sent.id, answer.message);
        this.#acknowledgedAt.get(writer)?.push(performance.now());
        return;
      case "unknown":
        this.unknown++;
        this.unknownReasons.set(answer.reason, (this.unknownReasons.get(answer.reason) ?? 0) + 1);
        return;
      case "wrong":
        this.wrongs.push(answer.reason);
    }
  }

  /** Takes down how long a request took; one that took too long is wrong. */
  timed(ms: number, complaint: string): void {
    this.longestRequestMs = Math.max(this.longestRequestMs, ms);
    if (ms > requestMsMax) this.wrongs.push(complaint);
  }

  /** Says how long the longest time between two acknowledgements was, among all writers together. */
  longestStallMs(): number {
    return longestGap([...this.#acknowledgedAt.values()].flat().toSorted((a, b) => a - b));
  }

  /** Says how long the writer that waited longest for an acknowledgement did. */
  longestWriterStallMs(): number {
    return Math.max(0, ...[...this.#acknowledgedAt.values()].map(longestGap));
  }

  /** Says whether every writer was told of `count` messages since a moment. */
  isServing(since: number, count: number): boolean {
    return [...this.#acknowledgedAt.values()].every(
      (times) => times.filter((time) => time > since).length >= count,
    );
  }

  /** Says how long after a moment the last writer had its first acknowledgement. */
  resumedAfterMs(since: number): number {
    const firsts = [...this.#acknowledgedAt.values()].map(
      (times) => times.find((time) => time > since) ?? Number.POSITIVE_INFINITY,
    );
    return Math.max(...firsts) - since;
  }
}

function longestGap(times: readonly number[]): number {
  return times.reduce(
    (longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)),
    0,
  );
}
