import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../../../tests/append.ts";
import { createLive } from "../index.ts";
import type { UserNews } from "./follow-user.ts";

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
});

/** Moves the clock forward. */
function goOn(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

async function say(conversation_id: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await append(store, {
      id: randomUUID(),
      user_id: "ann",
      content: "x",
      conversation_id,
    });
  }
}

/** Reads news up to the first that matches. */
async function readTo(
  following: AsyncGenerator<UserNews, void>,
  isLast: (news: UserNews) => boolean,
): Promise<UserNews[]> {
  const all: UserNews[] = [];
  for (;;) {
    const { value } = await following.next();
    if (!value) return all;
    all.push(value);
    if (isLast(value)) return all;
  }
}

/** A store that reads the heads of a user at once, but returns them only when the test goes on. */
function slowHeads(): { slow: ChatStore; goOnReading: () => void } {
  const { promise: isRead, resolve: goOnReading } = Promise.withResolvers<void>();
  const heads: typeof store.conversations.heads = async (query) => {
    const found = await store.conversations.heads(query);
    if (typeof query === "object" && "user_id" in query) await isRead;
    return found;
  };
  return { slow: { ...store, conversations: { ...store.conversations, heads } }, goOnReading };
}

const isComplete = (news: UserNews) => news.kind === "heads" && news.complete;

describe("a user who leaves while the heads are read", () => {
  it("gets that, and nothing of the conversations of others", async () => {
    for (const id of ["left", "kept", "of-others"]) {
      const user_ids = id === "of-others" ? ["ann"] : ["ann", "bob"];
      await store.conversations.create({ id, user_ids });
      await say(id, 2);
    }
    goOn(600_000);
    const { slow, goOnReading } = slowHeads();
    const live = createLive(slow, { checkEveryMs: 100_000 });
    const leaving = new AbortController();
    const following = live.followUser({ user_id: "bob" }, leaving.signal);
    const first = following.next();
    await turn();
    await store.members.leave({ conversation_id: "left", user_id: "bob" });
    await say("of-others", 1);
    // The events lead to questions, which are postponed.
    for (let turns = 0; turns < 5; turns++) await turn();
    goOnReading();
    expect((await first).value).toMatchObject({ kind: "heads", complete: true });
    expect(await readTo(following, ({ kind }) => kind === "left")).toEqual([
      { kind: "left", conversation_id: "left", last_seq: 2 },
    ]);
    await say("kept", 1);
    expect(await readTo(following, ({ kind }) => kind === "entries")).toMatchObject([
      { kind: "entries", entries: [{ conversation_id: "kept", seq: 3 }] },
    ]);
    leaving.abort();
    live.close();
  });
});

describe("a user whose heads took so long to read that a conversation joined since is quiet again", () => {
  it("has to reconnect, since no check covered this feed", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance", "setInterval", "clearInterval"] });
    await store.conversations.create({ id: "room", user_ids: ["ann"] });
    const { slow, goOnReading } = slowHeads();
    const live = createLive(slow);
    const leaving = new AbortController();
    const following = live.followUser({ user_id: "bob" }, leaving.signal);
    const first = following.next();
    await turn();
    goOn(1);
    await store.members.join({ conversation_id: "room", user_id: "bob" });
    await say("room", 2);
    for (let passed = 0; passed < 180_000; passed += 5_000) {
      await vi.advanceTimersByTimeAsync(5_000);
      for (let turns = 0; turns < 5; turns++) await turn();
    }
    goOnReading();
    expect((await first).value).toMatchObject({ kind: "heads", heads: [], complete: true });
    await expect(following.next()).rejects.toMatchObject({ code: "unavailable" });
    live.close();
  });
});

describe("a user who reconnects after many joinings", () => {
  it("gets joined_seq for the hundred latest", async () => {
    const atMs = Date.now();
    for (let n = 0; n < 150; n++) {
      goOn(1);
      await store.conversations.create({ id: `room-${n}`, user_ids: ["ann", "bob"] });
      await say(`room-${n}`, 20);
    }
    let reads = 0;
    const counted: ChatStore = {
      ...store,
      log: {
        ...store.log,
        page(...input) {
          reads++;
          return store.log.page(...input);
        },
      },
    };
    const live = createLive(counted);
    const since = { epoch: await store.epoch(), atMs };
    const leaving = new AbortController();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const [news] = await readTo(
      live.followUser({ user_id: "bob", since }, leaving.signal),
      isComplete,
    );
    clearInterval(timer);
    const heads = news?.kind === "heads" ? news.heads : [];
    expect(heads).toHaveLength(150);
    for (const { conversation_id, joined_seq } of heads) {
      const isLate = Number(conversation_id.slice("room-".length)) >= 50;
      expect([conversation_id, joined_seq]).toEqual([conversation_id, isLate ? 0 : undefined]);
    }
    // Two reads are enough for a member from the start, and other work gets a turn in between.
    expect(reads).toBe(200);
    expect(turns).toBeGreaterThan(1);
    leaving.abort();
    live.close();
  });
});
