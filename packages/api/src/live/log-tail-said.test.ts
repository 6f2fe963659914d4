import { type ChatStore, conversationStream, type Entry, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Saying, storeEntry, storeMessage } from "../../tests/store-entry.ts";
import { LogTail } from "./log-tail.ts";

const conversation_id = "room";
const stream = conversationStream(conversation_id);

let store: ChatStore;
/** How often a tail asked the store for the newest message. */
let lookups = 0;
let counted: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
  lookups = 0;
  const page: ChatStore["messages"]["page"] = (...input) => {
    lookups++;
    return store.messages.page(...input);
  };
  counted = { ...store, messages: { ...store.messages, page } };
});
afterEach(() => store.close());

const say = () => storeMessage(store, conversation_id);
const change = (entry: Saying) => storeEntry(store, entry);
const erase = (target_seq: number) => change({ kind: "deletion", conversation_id, target_seq });

async function react(target_seq: number, count: number): Promise<Entry[]> {
  const keys = Array.from({ length: count }, (_, n) => `key-${n % 10}`);
  const isAdded = (n: number) => Math.floor(n / 10) % 2 === 0;
  return Promise.all(
    keys.map((key, n) =>
      change({ kind: "reaction", conversation_id, target_seq, key, added: isAdded(n) }),
    ),
  );
}

function push(tail: LogTail, entries: readonly Entry[]): void {
  for (const entry of entries) tail.push(entry);
}

describe("the newest message of a log", () => {
  it.each(["is read", "is heard", "is older than the ring"])(
    "is known without a read where there are only messages, when the head %s",
    async (how) => {
      const tail = new LogTail(counted, stream, { ringLengthMax: 4 });
      expect(await tail.readSaid(0)).toBe(0);
      if (how !== "is read") expect(await tail.readHead()).toBe(0);
      for (let n = 0; n < 9; n++) {
        const message = await say();
        if (how !== "is read") tail.push(message);
      }
      expect(await tail.readSaid(await tail.readHead())).toBe(9);
      for (let ages = 0; ages < 3; ages++) if (how === "is older than the ring") tail.age();
      expect(await tail.readSaid(9)).toBe(9);
      expect(lookups).toBe(0);
    },
  );

  it("is looked up once where the kept entries do not show it, for all who ask", async () => {
    await say();
    await react(1, 100);
    const tail = new LogTail(counted, stream, { ringLengthMax: 4 });
    const head = await tail.readHead();
    expect(head).toBe(101);
    const together = [tail.readSaid(head), tail.readSaid(head)];
    expect(await Promise.all(together)).toEqual([1, 1]);
    push(tail, await react(1, 0));
    expect(await tail.readSaid(head)).toBe(1);
    expect(lookups).toBe(1);
  });

  it("stays known while it leaves the ring, and while the log is quiet", async () => {
    const tail = new LogTail(counted, stream, { ringLengthMax: 4 });
    push(tail, [await say(), await say(), ...(await react(1, 20))]);
    expect(await tail.readSaid(22)).toBe(2);
    for (let ages = 0; ages < 3; ages++) tail.age();
    expect(await tail.readSaid(22)).toBe(2);
    expect(lookups).toBe(0);
  });

  it("is the one before where it is deleted, in the ring or before it", async () => {
    const tail = new LogTail(counted, stream, { ringLengthMax: 4 });
    push(tail, [await say(), await say(), await erase(2)]);
    expect(await tail.readSaid(3)).toBe(1);
    expect(lookups).toBe(0);
    push(tail, [await say(), ...(await react(1, 10)), await erase(4)]);
    expect(await tail.readSaid(15)).toBe(1);
    expect(lookups).toBe(1);
  });

  it("is looked up again when it is deleted while it is looked up", async () => {
    await say();
    await say();
    await react(1, 5);
    const late = Promise.withResolvers<void>();
    const page: ChatStore["messages"]["page"] = async (...input) => {
      const found = await counted.messages.page(...input);
      await late.promise;
      return found;
    };
    const slow = { ...counted, messages: { ...counted.messages, page } };
    const tail = new LogTail(slow, stream, { ringLengthMax: 4 });
    const head = await tail.readHead();
    const reading = tail.readSaid(head);
    await expect.poll(() => lookups).toBe(1);
    tail.push(await erase(2));
    late.resolve();
    expect(await reading).toBe(2);
    expect(await tail.readSaid(head + 1)).toBe(1);
    expect(lookups).toBe(2);
  });

  it("is not taken from what is said of a head behind the messages", async () => {
    await say();
    await say();
    await erase(2);
    const tail = new LogTail(counted, stream);
    tail.learn(3, 2);
    expect(await tail.readSaid(3)).toBe(1);
    expect(await tail.readSaid(1)).toBe(1);
  });
});
