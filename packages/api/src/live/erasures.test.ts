import { type ChatStore, conversationStream, type Entry, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Saying, storeEntry } from "../../tests/store-entry.ts";
import { Erasures } from "./erasures.ts";
import { createHub } from "./hub.ts";
import { LogTail } from "./log-tail.ts";

const conversation_id = "room";
const stream = conversationStream(conversation_id);
const text = { content: "secret", metadata: { of: "secret" } };

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

const put = (entry: Saying) => storeEntry(store, entry);
const erase = (target_seq: number) => put({ kind: "deletion", conversation_id, target_seq });

/** Stores a message with an edit, a reply in its thread, and a reaction. */
async function begin(): Promise<Entry[]> {
  return [
    await put({ kind: "message", conversation_id, ...text }),
    await put({ kind: "edit", conversation_id, target_seq: 1, ...text }),
    await put({ kind: "message", conversation_id, content: "reply", thread_seq: 1, reply_to: 1 }),
    await put({ kind: "reaction", conversation_id, target_seq: 1, key: "👍", added: true }),
  ];
}

const inStore = () => store.log.page(stream, { limit: 100, from: "oldest" });

describe("a deletion", () => {
  it("leaves of the message and its edits in the ring what the store has of them", async () => {
    const tail = new LogTail(store, stream);
    for (const entry of await begin()) tail.push(entry);
    expect(JSON.stringify(tail.read(0))).toContain("secret");
    tail.push(await erase(1));
    expect(tail.read(0)).toEqual(await inStore());
    expect(JSON.stringify(tail.read(0))).not.toContain("secret");
  });

  it("of a reply leaves everything else as it is", async () => {
    const tail = new LogTail(store, stream);
    for (const entry of await begin()) tail.push(entry);
    tail.push(await erase(3));
    expect(tail.read(0)).toEqual(await inStore());
    expect(JSON.stringify(tail.read(0))).toContain("secret");
  });

  it("that is learned twice, or late, erases as well", async () => {
    const tail = new LogTail(store, stream);
    const entries = await begin();
    const deletion = await erase(1);
    for (const entry of [...entries, deletion, deletion]) tail.push(entry);
    expect(tail.read(0)).toEqual(await inStore());

    const late = new LogTail(store, stream);
    for (const entry of [...entries, { ...deletion, id: "other-1", target_seq: 99 }]) {
      late.push(entry);
    }
    const before = late.read(0);
    late.push(deletion);
    expect(late.read(0)).not.toBe(before);
    expect(JSON.stringify(late.read(0))).not.toContain("secret");
  });

  it("takes the text out of a page of the store that was read before", async () => {
    const entries = await begin();
    const late = Promise.withResolvers<void>();
    const page: ChatStore["log"]["page"] = async (...input) => {
      const found = await store.log.page(...input);
      await late.promise;
      return found;
    };
    const hub = createHub({ ...store, log: { ...store.log, page } });
    const { tail } = hub.follow(stream);
    const reading = tail.read(0);
    await erase(1);
    late.resolve();
    expect(await reading).toEqual((await inStore()).slice(0, entries.length));
    hub.close();
  });

  it("takes the text out of entries that arrive later at a log that nobody followed", async () => {
    const entries = await begin();
    let tell: (entry: Entry) => void = () => {};
    const hub = createHub({
      ...store,
      watch(listener) {
        tell = (entry) => listener({ kind: "entry", entry });
        return () => {};
      },
    });
    const deletion = await erase(1);
    for (const entry of [...entries, deletion]) tell(entry);
    const { tail } = hub.follow(stream);
    // As a change stream repeats them after it was resumed.
    for (const entry of entries) tell(entry);
    expect(tail.read(0)).toEqual((await inStore()).slice(0, entries.length));
    hub.close();
  });
});

describe("what is remembered of erased texts", () => {
  const deletionOf = (target_seq: number): Entry & { kind: "deletion" } => ({
    kind: "deletion",
    id: `deletion-${target_seq}`,
    user_id: "ann",
    timestamp: "2026-01-01T00:00:00.000Z",
    conversation_id,
    seq: 100_000,
    target_seq,
  });
  const messageOf = (seq: number, room = conversation_id): Entry => ({
    ...deletionOf(1),
    kind: "message",
    conversation_id: room,
    seq,
    content: "x",
  });

  it("is the newest 10,000, each of its own conversation", () => {
    const erasures = new Erasures();
    for (let seq = 1; seq <= 10_001; seq++) erasures.add(deletionOf(seq));
    expect(erasures.apply(messageOf(2))).toMatchObject({ content: "", erased: true });
    expect(erasures.apply(messageOf(10_001))).toMatchObject({ content: "", erased: true });
    for (const other of [messageOf(1), messageOf(2, "other"), messageOf(10_002)]) {
      expect(erasures.apply(other)).toBe(other);
    }
  });
});
