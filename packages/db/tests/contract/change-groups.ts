import { expect, it } from "vitest";
import type { Entry, ReactionEntry } from "../../src/entities.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectFolded } from "../folded.ts";
import { newUsers, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Many changes at once: each is decided on all that came before it in the log. */
export function changeGroupsContract(store: () => ChatStore): void {
  const newRoom = async () => {
    const room = new Room(store);
    await room.say();
    return room;
  };

  it("count each of 50 users once who put and take the same reaction", async () => {
    const room = await newRoom();
    const users = newUsers(50);
    const toggles = upTo(6).flatMap((n) =>
      users.map((user_id) => room.newReaction(1, "+1", { user_id, added: n % 2 === 1 })),
    );
    const outcomes = await room.outcomes(toggles);
    expect(outcomes).toEqual(toggles.map(() => "created"));
    await expectFolded(store(), room.stream);
    expect(await room.message(1)).not.toHaveProperty("reactions");
    await room.outcomes(users.map((user_id) => room.newReaction(1, "+1", { user_id })));
    expect(await room.message(1)).toMatchObject({
      reactions: [{ key: "+1", count: 50, user_ids: users }],
    });
    const toggled = (await room.entries()).filter(isReaction);
    expect(toggled).toHaveLength(350);
    for (const user of users) {
      const own = toggled.filter(({ user_id }) => user_id === user);
      expect(own.map(({ added }) => added)).toEqual([true, false, true, false, true, false, true]);
    }
  });

  it("store one of many equal reactions under ids of their own", async () => {
    const room = await newRoom();
    const adding = upTo(30).map(() => room.newReaction(1, "+1"));
    const answers = await Promise.all(adding.map((reaction) => store().log.append(reaction)));
    expect(answers.map(({ created }) => created)).toEqual([true, ...upTo(29).map(() => false)]);
    expect(new Set(answers.map(({ entry }) => entry?.seq))).toEqual(new Set([2]));
    const removing = upTo(30).map(() => room.newReaction(1, "+1", { added: false }));
    const removals = await Promise.all(removing.map((reaction) => store().log.append(reaction)));
    expect(removals.map(({ entry }) => entry?.seq ?? null)).toEqual([
      3,
      ...upTo(29).map(() => null),
    ]);
    expect(await room.entries()).toHaveLength(3);
  });

  it("let the author of a message join that comes under the id of a change without effect", async () => {
    const room = await newRoom();
    const change = room.newReaction(1, "+1", { user_id: "zoe", added: false });
    const { id, user_id, conversation_id } = change;
    const outcomes = await room.outcomes([
      change,
      { kind: "message", id, user_id, conversation_id, content: "hello" },
    ]);
    expect(outcomes).toEqual(["repeated", "created"]);
    const found = await store().members.among({
      members: [{ user_id, conversation_id: String(conversation_id) }],
    });
    expect(found).toMatchObject([{ user_id }]);
  });

  it("let no text follow a deletion", async () => {
    const room = await newRoom();
    const requests = [
      ...upTo(5).map((n) => room.newEdit(1, { content: `before ${n}` })),
      room.newReaction(1, "+1"),
      room.newDeletion(1),
      room.newEdit(1, { content: "after" }),
      room.newReaction(1, "heart"),
      room.newMessage({ thread_seq: 1 }),
      room.newMessage({ reply_to: 1 }),
      room.newDeletion(1),
      room.newMessage({ content: "free" }),
    ];
    expect(await room.outcomes(requests)).toEqual([
      ...upTo(7).map(() => "created"),
      ...["not_found", "not_found", "invalid", "invalid", "repeated", "created"],
    ]);
    const text = JSON.stringify(await room.entries());
    for (const secret of ["hello", "before", "after"]) expect(text).not.toContain(secret);
    await expectFolded(store(), room.stream);
  });

  it("count every reply of 100 at once, and every deletion of one", async () => {
    const room = await newRoom();
    await Promise.all(upTo(100).map(() => room.say({ thread_seq: 1 })));
    expect(await room.message(1)).toMatchObject({ thread: { count: 100, last_seq: 101 } });
    await Promise.all(upTo(60).map((n) => room.remove(102 - n)));
    expect(await room.message(1)).toMatchObject({ thread: { count: 40, last_seq: 41 } });
    const requests = upTo(20).flatMap((n) => [
      room.newMessage({ thread_seq: 1 }),
      room.newDeletion(n + 1),
    ]);
    expect(await room.outcomes(requests)).toEqual(requests.map(() => "created"));
    expect(await room.message(1)).toMatchObject({ thread: { count: 40 } });
    await expectFolded(store(), room.stream);
  });

  it("let one of many edits win that saw the same version", async () => {
    const room = await newRoom();
    const edits = upTo(20).map((n) => room.newEdit(1, { content: `${n}`, unchanged_since: 1 }));
    expect(await room.outcomes(edits)).toEqual(["created", ...upTo(19).map(() => "changed")]);
    expect(await room.message(1)).toMatchObject({ content: "1", changed_seq: 2 });
    // Each of these sees the one before it, by its position.
    const chain = upTo(10).map((n) =>
      room.newEdit(1, { content: `c${n}`, unchanged_since: n + 1 }),
    );
    expect(await room.outcomes(chain)).toEqual(chain.map(() => "created"));
    await expectFolded(store(), room.stream);
  });

  it("change a message that was sent with them", async () => {
    const room = await newRoom();
    const requests = [
      room.newMessage({ content: "new" }),
      room.newEdit(2, { content: "edited" }),
      room.newReaction(2, "+1"),
      room.newMessage({ thread_seq: 2, reply_to: 2 }),
      room.newReaction(5, "heart"),
      room.newDeletion(5),
      room.newMessage({ thread_seq: 2 }),
    ];
    expect(await room.outcomes(requests)).toEqual(requests.map(() => "created"));
    expect(await room.message(2)).toMatchObject({
      content: "edited",
      reactions: [{ key: "+1" }],
      thread: { count: 1, last_seq: 8 },
      changed_seq: 8,
    });
    await expectFolded(store(), room.stream);
  });

  it("begin a conversation together with its first message", async () => {
    const room = new Room(store);
    const outcomes = await room.outcomes([
      room.newReaction(1, "+1"),
      room.newMessage(),
      room.newReaction(1, "+1"),
      room.newEdit(1, { content: "edited" }),
      room.newDeletion(1),
    ]);
    expect(outcomes).toEqual(["not_found", ...upTo(4).map(() => "created")]);
    expect(await room.head()).toEqual({ seq: 4, count: 1, said_seq: 1 });
  });

  it("fail alone, and the others are stored in their order", async () => {
    const room = await newRoom();
    const known = room.newReaction(1, "+1");
    await room.store(known);
    const requests = upTo(20).flatMap((n) => [
      room.newMessage({ content: `${n}` }),
      room.newEdit(999, { content: "x" }),
      { ...known, key: "other" },
      room.newReaction(1, "+1", { user_id: `user-${n}` }),
      room.newEdit(1, { content: "x", unchanged_since: 0 }),
      room.newMessage({ thread_seq: 2 }),
      room.newReaction(1, "\0"),
      known,
    ]);
    expect(await room.outcomes(requests)).toEqual(
      upTo(20).flatMap(() => [
        ...["created", "not_found", "conflict", "created"],
        ...["changed", "invalid", "invalid", "repeated"],
      ]),
    );
    const rest = (await room.entries()).slice(2);
    const stored = requests.filter((_, index) => index % 8 === 0 || index % 8 === 3);
    expect(rest.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
    await expectFolded(store(), room.stream);
  });

  it("let nobody join by a message that is refused among others", async () => {
    const room = await newRoom();
    const outcomes = await room.outcomes([
      room.newMessage({ content: "good" }),
      room.newMessage({ user_id: "mallory", thread_seq: 9 }),
      room.newMessage({ user_id: "mallory", reply_to: 9 }),
      room.newMessage({ content: "good" }),
    ]);
    expect(outcomes).toEqual(["created", "invalid", "invalid", "created"]);
    const [conversation] = await store().conversations.get([room.id], 0);
    expect(conversation).toMatchObject({ user_ids: ["alice"], last_seq: 3 });
    expect(
      await store().members.changes({ user_ids: ["mallory"], since: new Date(0) }),
    ).not.toContainEqual(expect.objectContaining({ conversation_id: room.id }));
  });

  it("keep to the 20 keys, whoever comes first", async () => {
    const room = await newRoom();
    const adding = upTo(30).map((n) => room.newReaction(1, `${n}`, { user_id: `user-${n}` }));
    expect(await room.outcomes(adding)).toEqual([
      ...upTo(20).map(() => "created"),
      ...upTo(10).map(() => "conflict"),
    ]);
    const swapping = upTo(10).flatMap((n) => [
      room.newReaction(1, `${n}`, { user_id: `user-${n}`, added: false }),
      room.newReaction(1, `${n + 20}`),
    ]);
    expect(await room.outcomes(swapping)).toEqual(swapping.map(() => "created"));
    expect((await room.message(1))?.reactions).toHaveLength(20);
    await expectFolded(store(), room.stream);
  });

  it("of members only are refused in the order of the group", async () => {
    const room = await newRoom();
    const members_only = { admission: "members_only" } as const;
    const changesOf = (user_id: string) => [
      room.newReaction(1, "+1", { user_id }),
      room.newEdit(1, { user_id, content: "x" }),
      room.newMessage({ user_id, thread_seq: 1 }),
      room.newDeletion(1, { user_id }),
    ];
    const outcomes = await room.outcomes(changesOf("mallory"), members_only);
    expect(outcomes).toEqual(upTo(4).map(() => "not_member"));
    expect(await room.entries()).toHaveLength(1);
    expect(await room.outcomes(changesOf("alice"), members_only)).toEqual(
      upTo(4).map(() => "created"),
    );
  });

  it("of 200 messages at once are each right", async () => {
    const room = new Room(store);
    await Promise.all(upTo(200).map((n) => room.say({ content: `${n}` })));
    await room.outcomes(
      upTo(200).flatMap((n) => [
        room.newReaction(n, "+1", { user_id: `user-${n}` }),
        room.newEdit(n, { content: `edited ${n}` }),
        room.newMessage({ thread_seq: n }),
        ...(n % 3 === 0 ? [room.newDeletion(n)] : []),
      ]),
    );
    await expectFolded(store(), room.stream);
  });
}

function isReaction(entry: Entry): entry is ReactionEntry {
  return entry.kind === "reaction";
}
