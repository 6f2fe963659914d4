import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, conversationStream, openSqliteStore, readHead } from "@chatnest/db";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../../../tests/append.ts";
import { delayed, fate } from "../../../tests/delayed-store.ts";
import { createLive, type Live } from "../index.ts";
import type { Place, UserNews } from "./follow-user.ts";
import { readWatermark } from "./watermark.ts";

const schedules = 10_000;
const rooms = [0, 1, 2];

/** What happens next: a send, a joining or leaving, time passes, a delayed step runs, or the client reconnects. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      send: fc.constantFrom(...rooms),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ member: fc.constantFrom(...rooms) }) },
  {
    weight: 4,
    arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 5, 2_000, 6_000, 31_000, 70_000, 130_000) }),
  },
  { weight: 8, arbitrary: fc.constant({ go: true }) },
  { weight: 1, arbitrary: fc.record({ comeBack: fc.boolean() }) },
);

describe("following a user", () => {
  let store: ChatStore;
  beforeEach(() => {
    store = openSqliteStore(":memory:");
    const timers = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;
    vi.useFakeTimers({ toFake: [...timers, "Date", "performance"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  it(`has no gap and no repeat after the heads, in ${schedules} schedules`, {
    timeout: 300_000,
  }, async () => {
    const schedule = fc.asyncProperty(
      fc.scheduler(),
      fc.record({
        isQuiet: fc.boolean(),
        isQuietAfter: fc.boolean(),
        steps: fc.array(step, { minLength: 5, maxLength: 40 }),
      }),
      fc.infiniteStream(fate),
      async (scheduler, { isQuiet, isQuietAfter, steps }, fates) => {
        // The conversations of earlier runs are quiet by now.
        vi.setSystemTime(Date.now() + 600_000);
        const user_id = randomUUID();
        const chat = await openChat(store, user_id);
        if (isQuiet) vi.setSystemTime(Date.now() + 600_000);
        const live = createLive(delayed(store, scheduler, fates), { ringLengthMax: 4 });
        const client = new Client(live, { userId: user_id, joinedAt: chat.joinedAt });
        for (const next of steps) {
          if ("send" in next) await chat.send(next.send, next.count);
          else if ("member" in next) await chat.joinOrLeave(next.member);
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("comeBack" in next) client.comeBack(next.comeBack);
          else if (scheduler.count() > 0) await scheduler.waitOne();
          await turn();
        }
        if (!isQuietAfter) for (const room of rooms) await chat.send(room, 1);
        const runOut = async () => {
          await scheduler.waitAll();
          await vi.advanceTimersByTimeAsync(5_000);
          await turn();
        };
        // Repeatedly, since delayed news may be older, and doubled news may come later.
        for (let round = 0, told = 0; round < 40 && told < 4; round++) {
          await runOut();
          told = (await chat.isToldTo(client)) ? told + 1 : 0;
        }
        await scheduler.waitAll();
        expect([client.wrongs, client.placesInOrder()]).toEqual([[], await chat.places()]);
        client.stop();
        live.close();
        await scheduler.waitAll();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
  });
});

/** Some conversations, and a user who is a member of the first from the start. */
async function openChat(store: ChatStore, user_id: string) {
  const ids = rooms.map(() => randomUUID());
  const memberOf = new Set<string>();
  /** The heads of conversations when the user last joined them. */
  const joinedAt = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    await store.conversations.create({ id, user_ids: index === 0 ? [user_id, "ann"] : ["ann"] });
    if (index === 0) memberOf.add(id);
  }
  const send = (conversation_id: string) =>
    append(store, { id: randomUUID(), user_id: "ann", content: "hi", conversation_id });
  const idOf = (index: number) => ids[index] ?? "";

  /** The heads of the user's conversations. */
  async function places(): Promise<Map<string, number>> {
    const heads = [...memberOf].toSorted().map(async (id) => {
      return [id, await readHead(store.log, conversationStream(id))] as const;
    });
    return new Map(await Promise.all(heads));
  }
  return {
    joinedAt,
    places,
    async send(index: number, count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, () => send(idOf(index))));
    },
    async joinOrLeave(index: number): Promise<void> {
      // A message in the same millisecond as a joining counts as after it.
      vi.setSystemTime(Date.now() + 1);
      const id = idOf(index);
      if (memberOf.delete(id)) return store.members.leave({ conversation_id: id, user_id });
      joinedAt.set(id, await readHead(store.log, conversationStream(id)));
      await store.members.join({ conversation_id: id, user_id });
      memberOf.add(id);
    },
    async isToldTo(client: Client): Promise<boolean> {
      return JSON.stringify([...client.placesInOrder()]) === JSON.stringify([...(await places())]);
    },
  };
}

interface User {
  userId: string;
  joinedAt: ReadonlyMap<string, number>;
}

/** A client that follows a user, checks what it gets, and reconnects with the newest watermark. */
class Client {
  /** The place in each conversation, by heads, news and entries. */
  readonly places = new Map<string, number>();
  readonly wrongs: string[] = [];
  /** Whether it follows from a watermark, so that it only gets the heads of conversations active since. */
  hasComeBack = false;
  readonly #live: Live;
  readonly #userId: string;
  readonly #joinedAt: ReadonlyMap<string, number>;
  #watermark: string | undefined;
  /** The conversations that this connection announced as left. */
  readonly #left = new Set<string>();
  #connection = new AbortController();

  constructor(live: Live, { userId, joinedAt }: User) {
    this.#live = live;
    this.#userId = userId;
    this.#joinedAt = joinedAt;
    void this.#follow(this.#connection.signal);
  }

  /** All places, sorted. Conversations that the user left must have been announced. */
  placesInOrder(): Map<string, number> {
    return new Map([...this.places].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  stop(): void {
    this.#connection.abort();
  }

  comeBack(withWatermark: boolean): void {
    this.stop();
    if (!withWatermark) this.#watermark = undefined;
    this.#connection = new AbortController();
    void this.#follow(this.#connection.signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const since = this.#watermark === undefined ? undefined : readWatermark(this.#watermark);
    this.hasComeBack = since !== undefined;
    this.#left.clear();
    const input = { user_id: this.#userId, ...(since && { since }) };
    try {
      for await (const news of this.#live.followUser(input, signal)) {
        // News of a closed connection is not received.
        if (signal.aborted) return;
        this.#take(news);
      }
    } catch {
      if (!signal.aborted) this.comeBack(true);
    }
  }

  #take(news: UserNews): void {
    switch (news.kind) {
      case "heads":
        // All heads: the user is no longer in a conversation without one.
        if (!this.hasComeBack) this.places.clear();
        for (const head of news.heads) this.#meet(head);
        if (news.complete) this.#watermark = news.watermark;
        return;
      case "joined":
        this.#join(news.conversation_id, news.last_seq);
        this.#learn(news.conversation_id, news.last_seq);
        return;
      case "left":
        this.#leave(news.conversation_id);
        return;
      case "entries":
        for (const { conversation_id, seq } of news.entries) {
          const place = this.places.get(conversation_id ?? "");
          if (place === undefined || seq !== place + 1) this.wrongs.push(`${seq} after ${place}`);
          this.places.set(conversation_id ?? "", seq);
        }
    }
  }

  #leave(conversationId: string): void {
    if (this.#left.has(conversationId)) this.wrongs.push("left twice");
    this.#left.add(conversationId);
    this.places.delete(conversationId);
  }

  // The client reads what is after a place that it holds from the history.
  #meet({ conversation_id, last_seq, joined_seq }: Place): void {
    if (this.hasComeBack && !this.places.has(conversation_id)) {
      this.#join(conversation_id, joined_seq ?? last_seq);
    }
    this.#learn(conversation_id, last_seq);
  }

  #join(conversationId: string, seq: number): void {
    const head = this.#joinedAt.get(conversationId) ?? 0;
    if (!this.places.has(conversationId) && seq > head)
      this.wrongs.push(`joined at ${seq}, not ${head}`);
  }

  #learn(conversationId: string, seq: number): void {
    this.#left.delete(conversationId);
    const place = this.places.get(conversationId) ?? 0;
    if (seq < place) this.wrongs.push(`told of ${seq} at ${place}`);
    this.places.set(conversationId, seq);
  }
}
