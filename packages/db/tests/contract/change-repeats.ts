import { expect, it } from "vitest";
import type { NewEntry } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { upTo } from "../make.ts";
import { Room } from "../room.ts";

const stored = { reply: 1, edit: 2, both: 3, noMetadata: 4, add: 5, removal: 6, deletion: 8 };

/** Exactly one entry for an id in its log, whatever its kind. */
export function changeRepeatsContract(store: () => ChatStore): void {
  /** A log with an entry of every kind, and the requests that made it, by position. */
  async function newRoom() {
    const room = new Room(store);
    const requests: NewEntry[] = [
      room.newMessage({ content: "quoted", metadata: { n: 1 } }),
      room.newEdit(1, { content: "edited" }),
      room.newEdit(1, { content: "again", metadata: { a: 1, b: 2 }, unchanged_since: 2 }),
      room.newEdit(1, { metadata: null }),
      room.newReaction(1, "+1"),
      room.newReaction(1, "+1", { added: false }),
      room.newMessage({ content: "to delete" }),
      room.newDeletion(7),
    ];
    for (const request of requests) await store().log.append(request);
    const at = (seq: number): NewEntry => requests[seq - 1] as NewEntry;
    return { room, requests, at };
  }

  it("answers each repeat with the stored entry", async () => {
    const { room, requests } = await newRoom();
    const entries = await room.entries();
    expect(entries).toHaveLength(8);
    for (const round of upTo(2)) {
      for (const [index, request] of requests.entries()) {
        const again = await store().log.append(request);
        expect(again, `${round}`).toEqual({ entry: entries[index], created: false });
      }
      // In one group, the second time.
      const outcomes = await room.outcomes([...requests, ...requests.toReversed()]);
      expect(outcomes).toEqual(upTo(16).map(() => "repeated"));
    }
    expect(await room.entries()).toEqual(entries);
  });

  it("stores one of 20 equal changes at once, and answers all alike", async () => {
    const room = new Room(store);
    await room.say();
    for (const change of [
      room.newEdit(1, { content: "edited" }),
      room.newReaction(1, "+1"),
      room.newReaction(1, "+1", { added: false }),
      room.newDeletion(1),
    ]) {
      const answers = await Promise.all(upTo(20).map(() => store().log.append({ ...change })));
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
      const entry = (await room.entries()).at(-1);
      expect(answers.map((answer) => answer.entry)).toEqual(upTo(20).map(() => entry));
    }
    expect(await room.entries()).toHaveLength(5);
  });

  it.each<[string, number, object]>([
    ["message with a quotation", stored.reply, { reply_to: 1 }],
    ["message in a thread", stored.reply, { thread_seq: 1 }],
    ["message with other metadata", stored.reply, { metadata: { n: 2 } }],
    ["message without metadata", stored.reply, { metadata: undefined }],
    ["edit with other content", stored.edit, { content: "other" }],
    ["edit of more", stored.edit, { metadata: { n: 1 } }],
    ["edit of something else", stored.edit, { content: undefined, metadata: { n: 1 } }],
    ["edit of less", stored.both, { metadata: undefined }],
    ["edit with other metadata", stored.both, { metadata: { a: 1, b: 3 } }],
    ["edit that removes metadata", stored.both, { metadata: null }],
    ["edit that sets metadata", stored.noMetadata, { metadata: {} }],
    ["edit of another message", stored.edit, { target_seq: 7 }],
    ["edit by somebody else", stored.edit, { user_id: "bob" }],
    ["edit of another time", stored.edit, { timestamp: "2004-12-25T09:14:00Z" }],
    ["reaction with another key", stored.add, { key: "heart" }],
    ["reaction that is removed", stored.add, { added: false }],
    ["reaction that is added", stored.removal, { added: true }],
    ["reaction to another message", stored.add, { target_seq: 7 }],
    ["reaction by somebody else", stored.add, { user_id: "bob" }],
    ["deletion of another message", stored.deletion, { target_seq: 1 }],
    ["deletion by somebody else", stored.deletion, { user_id: "bob" }],
  ])("refuses another %s under a known id", async (_, seq, other) => {
    const { room, at } = await newRoom();
    const before = await room.entries();
    await expectRefusal(store().log.append({ ...at(seq), ...other }), "conflict");
    expect(await room.entries()).toEqual(before);
  });

  it("refuses every other kind under a known id, in each log of its own", async () => {
    const { room, requests } = await newRoom();
    const before = await room.entries();
    const others = (id: string): NewEntry[] => [
      room.newMessage({ id, content: "edited" }),
      room.newEdit(1, { id, content: "edited" }),
      room.newReaction(1, "+1", { id }),
      room.newDeletion(1, { id }),
    ];
    for (const { id, kind } of requests) {
      const [first, ...rest] = others(id).filter((other) => other.kind !== kind);
      if (first) await expectRefusal(store().log.append(first), "conflict");
      expect(await room.outcomes(rest)).toEqual(rest.map(() => "conflict"));
    }
    expect(await room.entries()).toEqual(before);
    // The same ids are free in every other log.
    const other = new Room(store);
    for (const request of requests) {
      const elsewhere = { ...request, conversation_id: other.id };
      expect(await store().log.append(elsewhere)).toMatchObject({ created: true });
    }
  });

  it("refuses another message under a known id, whatever that one refers to", async () => {
    const room = new Room(store);
    const message = room.newMessage();
    await room.store(message);
    const reply = room.newMessage({ thread_seq: 1, reply_to: 1 });
    await room.store(reply);
    const others = [
      { ...message, reply_to: 9 },
      { ...message, thread_seq: 9 },
      { ...reply, reply_to: 9 },
      { ...reply, thread_seq: 2 },
    ];
    for (const other of others) await expectRefusal(room.store(other), "conflict");
    expect(await room.outcomes([...others, reply])).toEqual([
      ...["conflict", "conflict", "conflict", "conflict", "repeated"],
    ]);
  });

  it("stores the first of two kinds that are sent under one id at once", async () => {
    const room = new Room(store);
    await room.say();
    const { id } = room.newMessage();
    const requests = [
      room.newReaction(1, "+1", { id }),
      room.newMessage({ id }),
      room.newEdit(1, { id, content: "x" }),
      room.newDeletion(1, { id }),
      room.newReaction(1, "+1", { id }),
    ];
    const outcomes = await room.outcomes(requests);
    expect(outcomes).toEqual(["created", "conflict", "conflict", "conflict", "repeated"]);
    expect(await room.entries()).toMatchObject([{ kind: "message" }, { kind: "reaction", id }]);
  });

  it("keeps a reaction removed when its adding is repeated after that", async () => {
    const room = new Room(store);
    await room.say();
    const adding = room.newReaction(1, "+1");
    const added = await room.store(adding);
    await room.unreact(1, "+1");
    expect(await room.store(adding)).toEqual({ ...added, created: false });
    expect(await room.message(1)).not.toHaveProperty("reactions");
    expect(await room.entries()).toHaveLength(3);
  });

  it("does not take the id of what stored nothing", async () => {
    const room = new Room(store);
    await room.say();
    const removal = room.newReaction(1, "+1", { added: false });
    expect(await store().log.append(removal)).toEqual({ entry: null, created: false });
    const refused = room.newEdit(1, { content: "x", unchanged_since: 0 });
    await expectRefusal(store().log.append(refused), "changed");
    await room.store(room.newMessage({ id: removal.id }));
    await room.store(room.newReaction(1, "heart", { id: refused.id }));
    expect(await room.entries()).toHaveLength(3);
  });

  it("answers a repeat after a thousand other entries, and after its target is gone", async () => {
    const room = new Room(store);
    await room.say();
    const early = [
      room.newEdit(1, { content: "early", unchanged_since: 1 }),
      room.newReaction(1, "+1"),
      room.newMessage({ thread_seq: 1, reply_to: 1 }),
    ];
    for (const entry of early) await store().log.append(entry);
    await Promise.all(upTo(1_000).map((n) => room.store(room.newEdit(1, { content: `${n}` }))));
    await room.remove(1);
    expect(await room.outcomes(early)).toEqual(["repeated", "repeated", "repeated"]);
    expect((await room.head())?.seq).toBe(1_005);
  });
}
