import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { newUsers, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Reactions: who reacts to a message, with what. */
export function reactionsContract(store: () => ChatStore): void {
  const newRoom = async () => {
    const room = new Room(store);
    await room.say();
    return room;
  };
  const reactionsOf = async (room: Room) => (await room.message(1))?.reactions;

  it("are added to a message", async () => {
    const room = await newRoom();
    const reactions = [{ key: "+1", count: 1, user_ids: ["bob"] }];
    const reaction = await room.react(1, "+1", "bob");
    expect(reaction).toEqual({
      kind: "reaction",
      id: expect.any(String),
      user_id: "bob",
      timestamp: expect.any(String),
      conversation_id: room.id,
      seq: 2,
      target_seq: 1,
      key: "+1",
      added: true,
      reactions,
    });
    expect(await room.message(1)).toMatchObject({ content: "hello", reactions, changed_seq: 2 });
    expect(await room.message(1)).not.toHaveProperty("edited_at");
    expect(await room.messages()).toEqual([await room.message(1)]);
    expect((await room.entries())[1]).toEqual(reaction);
  });

  it("are removed, and leave nothing but the position of the change", async () => {
    const room = await newRoom();
    await room.react(1, "+1");
    const removal = await room.unreact(1, "+1");
    expect(removal).toMatchObject({ seq: 3, key: "+1", added: false, reactions: [] });
    expect(await room.message(1)).not.toHaveProperty("reactions");
    expect(await room.message(1)).toMatchObject({ changed_seq: 3 });
  });

  it("count users by key, both in the order of their first use", async () => {
    const room = await newRoom();
    await room.react(1, "b", "bob");
    await room.react(1, "a", "ann");
    await room.react(1, "a", "bob");
    await room.react(1, "b", "ann");
    expect(await reactionsOf(room)).toEqual([
      { key: "b", count: 2, user_ids: ["bob", "ann"] },
      { key: "a", count: 2, user_ids: ["ann", "bob"] },
    ]);
    // What comes back comes last.
    await room.unreact(1, "b", "bob");
    await room.unreact(1, "a", "ann");
    await room.react(1, "b", "bob");
    await room.unreact(1, "a", "bob");
    await room.react(1, "c", "cy");
    await room.react(1, "a", "bob");
    expect(await reactionsOf(room)).toEqual([
      { key: "b", count: 2, user_ids: ["ann", "bob"] },
      { key: "c", count: 1, user_ids: ["cy"] },
      { key: "a", count: 1, user_ids: ["bob"] },
    ]);
  });

  it("that are there already are answered with the entry that put them there", async () => {
    const room = await newRoom();
    const first = await room.react(1, "+1");
    await room.react(1, "+1", "bob");
    expect(await room.store(room.newReaction(1, "+1"))).toEqual({ entry: first, created: false });
    await room.unreact(1, "+1");
    const second = await room.react(1, "+1");
    expect(await room.store(room.newReaction(1, "+1"))).toEqual({ entry: second, created: false });
    expect(await room.entries()).toHaveLength(5);
  });

  it("that are not there are removed without an entry", async () => {
    const room = await newRoom();
    const nothing = { entry: null, created: false };
    const removal = (key: string) => store().log.append(room.newReaction(1, key, { added: false }));
    expect(await removal("+1")).toEqual(nothing);
    await room.react(1, "+1", "bob");
    expect(await removal("+1")).toEqual(nothing);
    await room.react(1, "heart");
    expect(await removal("+1")).toEqual(nothing);
    await room.unreact(1, "heart");
    expect(await removal("heart")).toEqual(nothing);
    expect(await room.entries()).toHaveLength(4);
  });

  it("of one message are not those of another", async () => {
    const room = await newRoom();
    await room.say();
    await room.react(1, "+1");
    await room.react(2, "+1");
    await room.unreact(1, "+1");
    expect(await room.message(2)).toMatchObject({ reactions: [{ key: "+1", count: 1 }] });
    const other = await newRoom();
    expect(await other.message(1)).not.toHaveProperty("reactions");
  });

  it("stay while the text changes", async () => {
    const room = await newRoom();
    await room.react(1, "+1");
    const edit = await room.edit(1, { content: "edited" });
    await room.react(1, "+1", "bob");
    expect(await room.message(1)).toMatchObject({
      content: "edited",
      edited_at: edit.timestamp,
      reactions: [{ key: "+1", count: 2, user_ids: ["alice", "bob"] }],
      changed_seq: 4,
    });
  });

  it("have keys that come back as they were given", async () => {
    const room = await newRoom();
    const keys = [
      ...[
        "\u{1F44D}",
        "\u{1F44D}\u{1F3FD}",
        "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}",
      ],
      ...["\u{1F1E9}\u{1F1EA}", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"],
      ...["\u2764\uFE0F", "\u2764", "1\uFE0F\u20E3", "e\u0301", "\u00E9", ":+1:", "__proto__"],
      ...["$set", "a.b", "a/b", "%2F", "constructor", "\u{1F600}".repeat(64), 'it\'s "x"', "A"],
    ];
    expect(keys).toHaveLength(20);
    for (const key of keys) expect(await room.react(1, key)).toMatchObject({ key });
    const reactions = keys.map((key) => ({ key, count: 1, user_ids: ["alice"] }));
    expect(await reactionsOf(room)).toEqual(reactions);
    expect((await room.entries()).at(-1)).toMatchObject({ key: "A", reactions });
    // "a" is not "A".
    await expectRefusal(room.react(1, "a"), "conflict");
    for (const key of keys) await room.unreact(1, key);
    expect(await reactionsOf(room)).toBeUndefined();
  });

  it("have at most 20 keys, and room again when one is gone", async () => {
    const room = await newRoom();
    for (const n of upTo(20)) await room.react(1, `${n}`);
    await expectRefusal(room.react(1, "21"), "conflict");
    await expectRefusal(room.react(1, "21", "bob"), "conflict");
    await room.react(1, "20", "bob");
    await room.unreact(1, "20");
    await expectRefusal(room.react(1, "21"), "conflict");
    await room.unreact(1, "20", "bob");
    await room.react(1, "21");
    expect((await reactionsOf(room))?.map(({ key }) => key)).toEqual([...upTo(19), 21].map(String));
    expect(await room.entries()).toHaveLength(25);
  });

  it("show the first 50 users, and the next one when one of them leaves", async () => {
    const room = await newRoom();
    const users = newUsers(55);
    for (const user of users) await room.react(1, "+1", user);
    const shown = async () => (await reactionsOf(room))?.[0];
    expect(await shown()).toEqual({ key: "+1", count: 55, user_ids: users.slice(0, 50) });
    await room.unreact(1, "+1", "user-53");
    expect(await shown()).toEqual({ key: "+1", count: 54, user_ids: users.slice(0, 50) });
    await room.unreact(1, "+1", "user-3");
    await room.unreact(1, "+1", "user-51");
    await room.react(1, "+1", "user-3");
    const after = users.filter((_, index) => ![2, 50, 52].includes(index));
    expect(await shown()).toEqual({ key: "+1", count: 53, user_ids: after.slice(0, 50) });
    for (const user of users.slice(10, 20)) await room.unreact(1, "+1", user);
    const rest = [...after.filter((user) => !users.slice(10, 20).includes(user)), "user-3"];
    const { reactions } = await room.unreact(1, "+1", "user-1");
    expect(reactions).toEqual([{ key: "+1", count: 42, user_ids: rest.slice(1) }]);
    expect(await reactionsOf(room)).toEqual(reactions);
  });

  it.each([
    ["an edit", 2],
    ["a reaction", 3],
    ["a deletion", 5],
    ["a deleted message", 4],
    ["nothing yet", 6],
  ])("to %s are refused", async (_, target) => {
    const room = await newRoom();
    await room.edit(1, { content: "edited" });
    await room.react(1, "+1");
    await room.say();
    await room.remove(4);
    await expectRefusal(room.react(target, "+1"), "not_found");
    await expectRefusal(room.unreact(target, "+1"), "not_found");
    expect(await room.entries()).toHaveLength(5);
  });

  it.each([
    ...["", " ", " a", "a ", "\n", "a\0", "a\u0007", "\ud83d", ".", ".."],
    ...["x".repeat(65), "\u{1F600}".repeat(65)],
  ])("with the key %j are refused, and say so", async (key) => {
    const room = await newRoom();
    for (const reacting of [room.react(1, key), room.unreact(1, key)]) {
      await expect(reacting).rejects.toMatchObject({ code: "invalid", field: "key" });
    }
    expect(await room.entries()).toHaveLength(1);
  });
}
