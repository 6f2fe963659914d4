import { randomUUID } from "node:crypto";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delayed, fate } from "./delayed-store.ts";
import { followConversation } from "./follow-conversation.ts";
import { createHub, type Hub } from "./hub.ts";

const schedules = 10_000;

/** What happens next: somebody sends, time goes on, a step that waits is let go, or a follower comes back. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 5, 5_000) }) },
  { weight: 6, arbitrary: fc.constant({ go: true }) },
  { weight: 1, arbitrary: fc.record({ comeBack: fc.nat(2) }) },
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
        const hub = createHub(delayed(store, scheduler, fates));
        const followers = [0, 1, 2].map(() => new Follower(hub, conversation_id));
        let sent = 0;
        for (const next of steps) {
          if ("send" in next) sent += await send(store, conversation_id, next.send);
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("comeBack" in next) followers[next.comeBack]?.comeBack();
          else if (scheduler.count() > 0) await scheduler.waitOne();
        }
        const all = Array.from({ length: sent }, (_, index) => index + 1);
        for (let round = 0; round < 20 && !followers.every((one) => one.has(sent)); round++) {
          await scheduler.waitAll();
          await vi.advanceTimersByTimeAsync(5_000);
        }
        expect(followers.map(({ seqs }) => seqs)).toEqual([all, all, all]);
        for (const follower of followers) follower.stop();
        hub.close();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
  });
});

/** Somebody who follows from the beginning, and comes back to where they were. */
class Follower {
  readonly seqs: number[] = [];
  readonly #hub: Hub;
  readonly #conversationId: string;
  #connection = new AbortController();

  constructor(hub: Hub, conversationId: string) {
    this.#hub = hub;
    this.#conversationId = conversationId;
    void this.#follow(this.#connection.signal);
  }

  has(count: number): boolean {
    return this.seqs.length >= count;
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
    const after = { seq: this.seqs.at(-1) ?? 0 };
    const input = { conversation_id: this.#conversationId, after };
    for await (const news of followConversation(this.#hub, input, signal)) {
      // What an old connection still had on its way is not received any more.
      if (signal.aborted) return;
      if (news.kind === "messages") this.seqs.push(...news.messages.map(({ seq }) => seq));
    }
  }
}

async function send(store: ChatStore, conversation_id: string, count: number): Promise<number> {
  const sends = Array.from({ length: count }, () =>
    store.messages.append({ id: randomUUID(), user_id: "ann", content: "hi", conversation_id }),
  );
  await Promise.all(sends);
  return count;
}
