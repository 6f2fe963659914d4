import { randomUUID } from "node:crypto";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../../tests/append.ts";
import { delayed, fate } from "../../tests/delayed-store.ts";
import { type FollowParts, followConversation } from "./follow-conversation.ts";
import { createHub } from "./hub.ts";
import { createMembershipEnds } from "./membership-ends.ts";

const schedules = shareOf(10_000);

/** What happens next: a send, time passes, a delayed step runs, a follower reconnects, or an epoch starts. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 5, 5_000) }) },
  { weight: 6, arbitrary: fc.constant({ go: true }) },
  { weight: 1, arbitrary: fc.record({ comeBack: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ renew: true }) },
);

describe("following a conversation", () => {
  let store: ChatStore;
  beforeEach(() => {
    store = openSqliteStore(":memory:");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  it(`has no gap and no repeat in ${schedules} schedules with a delay at every step`, {
    timeout: 120_000,
  }, async () => {
    const schedule = fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 25 }),
      fc.infiniteStream(fate),
      async (scheduler, steps, fates) => {
        const conversation_id = randomUUID();
        // The ring is so short that some readers fall behind it.
        const hub = createHub(delayed(store, scheduler, fates), { ringLengthMax: 4 });
        const parts = { hub, membershipEnds: createMembershipEnds(store, hub) };
        const followers = [0, 1, 2].map(() => new Follower(parts, conversation_id));
        let sent = 0;
        for (const next of steps) {
          if ("send" in next) sent += await send(store, conversation_id, next.send);
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("comeBack" in next) followers[next.comeBack]?.comeBack();
          else if ("renew" in next) await store.renewEpoch();
          else if (scheduler.count() > 0) await scheduler.waitOne();
        }
        const runOut = async () => {
          await scheduler.waitAll();
          await vi.advanceTimersByTimeAsync(5_000);
        };
        const isTold = () => followers.every(({ place }) => place === sent);
        // Repeatedly, since a new epoch may not be noticed yet, and doubled news may come later.
        for (let round = 0, told = 0; round < 20 && told < 3; round++) {
          await runOut();
          told = isTold() ? told + 1 : 0;
        }
        await scheduler.waitAll();
        expect(followers.map(({ place, wrongs }) => [place, ...wrongs])).toEqual([
          [sent],
          [sent],
          [sent],
        ]);
        for (const follower of followers) follower.stop();
        hub.close();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
  });
});

/** A client that follows from the start, reconnects with its position, and continues where a reset says. */
class Follower {
  place = 0;
  readonly wrongs: string[] = [];
  #epoch: string | undefined;
  readonly #parts: FollowParts;
  readonly #conversationId: string;
  #connection = new AbortController();

  constructor(parts: FollowParts, conversationId: string) {
    this.#parts = parts;
    this.#conversationId = conversationId;
    void this.#follow(this.#connection.signal);
  }

  stop(): void {
    this.#connection.abort();
  }

  comeBack(): void {
    this.stop();
    this.#connection = new AbortController();
    void this.#follow(this.#connection.signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const epoch = this.#epoch;
    const after = { seq: this.place, ...(epoch !== undefined && { epoch }) };
    const input = { conversation_id: this.#conversationId, after };
    for await (const news of followConversation(this.#parts, input, signal)) {
      // News of a closed connection is not received.
      if (signal.aborted) return;
      if (news.kind === "conversation") continue;
      this.#epoch = news.epoch;
      if (news.kind === "entries") for (const { seq } of news.entries) this.#take(seq);
      else this.#stand(news);
    }
  }

  #take(seq: number): void {
    if (seq !== this.place + 1) this.wrongs.push(`${seq} after ${this.place}`);
    this.place = seq;
  }

  #stand({ kind, seq }: { kind: "ready" | "reset"; seq: number }): void {
    if (kind === "ready" && seq !== this.place) this.wrongs.push(`${kind} at ${seq}`);
    this.place = seq;
  }
}

async function send(store: ChatStore, conversation_id: string, count: number): Promise<number> {
  const sends = Array.from({ length: count }, () =>
    append(store, { id: randomUUID(), user_id: "ann", content: "hi", conversation_id }),
  );
  await Promise.all(sends);
  return count;
}
