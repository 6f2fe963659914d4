import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, conversationStream, type Entry, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { storeMessage } from "../../tests/store-entry.ts";
import { createHub } from "./hub.ts";
import { createLive } from "./index.ts";
import { LogTail } from "./log-tail.ts";

const bytesMax = 128 * 1024;
const conversation_id = "room";
const stream = conversationStream(conversation_id);

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

function say(count: number, content = "x"): Promise<Entry[]> {
  const sends = Array.from({ length: count }, () => storeMessage(store, conversation_id, content));
  return Promise.all(sends);
}

/** Tells whether the entries after a position are read without the store. */
function isKept(tail: LogTail, after: number): boolean {
  return !(tail.read(after) instanceof Promise);
}

describe("the ring of a log", () => {
  afterEach(() => void vi.useRealTimers());

  it("is emptied after a pause of ten seconds, without losing entries for readers", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const hub = createHub(store);
    const { tail } = hub.follow(stream);
    await say(3);
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(5_000);
      await say(1);
    }
    expect(isKept(tail, 0)).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(isKept(tail, 0)).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(isKept(tail, 0)).toBe(false);
    expect(await tail.read(0)).toHaveLength(7);
    expect([tail.head, tail.read(7)]).toEqual([7, []]);
    await say(1);
    expect(await tail.read(7)).toMatchObject([{ seq: 8 }]);
    expect(isKept(tail, 7)).toBe(true);
    hub.close();
  });

  it.each(["x", "\u0001", "語", '"'])(
    "takes at most 128 KiB of JSON, full of %j",
    async (letter) => {
      const tail = new LogTail(store, stream);
      for (const entry of await say(30, letter.repeat(16_384))) tail.push(entry);
      let seq = 0;
      const sizes: number[] = [];
      while (seq < 30) {
        const messages = await tail.read(seq);
        sizes.push(Buffer.byteLength(JSON.stringify(messages)));
        seq = messages.at(-1)?.seq ?? 30;
      }
      expect(Math.max(...sizes)).toBeLessThan(bytesMax);
      expect(isKept(tail, 29)).toBe(true);
    },
  );
});

describe("an answer", () => {
  it("is shared by readers at the same position, and kept for one turn only", async () => {
    const tail = new LogTail(store, stream);
    for (const entry of await say(5)) tail.push(entry);
    const first = tail.read(2);
    expect(tail.read(2)).toBe(first);
    await turn();
    expect(tail.read(2)).toEqual(first);
    expect(tail.read(2)).not.toBe(first);
  });

  it("of the store is read once for a hundred readers behind the ring", async () => {
    await say(400);
    let reads = 0;
    const counted: ChatStore = {
      ...store,
      log: {
        ...store.log,
        async page(...input) {
          reads++;
          await turn();
          return store.log.page(...input);
        },
      },
    };
    const live = createLive(counted, { ringLengthMax: 4 });
    const read = async () => {
      const answers: (readonly Entry[])[] = [];
      const leaving = new AbortController();
      const input = { conversation_id, after: { seq: 0 } };
      for await (const news of live.followConversation(input, leaving.signal)) {
        if (news.kind !== "entries") continue;
        answers.push(news.entries);
        if (news.entries.at(-1)?.seq === 400) leaving.abort();
      }
      return answers;
    };
    const alone = await read();
    expect(reads).toBe(alone.length);
    reads = 0;
    const together = await Promise.all(Array.from({ length: 100 }, read));
    expect(reads).toBe(together[0]?.length);
    for (const answers of together) {
      answers.forEach((answer, index) => {
        expect(answer).toBe(together[0]?.[index]);
      });
    }
    live.close();
  });
});
