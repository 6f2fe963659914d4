import { expect, it } from "vitest";
import type { Conversation } from "../../src/entities.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { appendAll, expectRefusal, idsOf, readLog, send, seqsOf } from "../log.ts";
import { newMessage, newMessages, newUsers, unique, upTo } from "../make.ts";

/** Conversations: created or born by sending, read with their newest messages. */
export function conversationsContract(store: () => ChatStore): void {
  it("creates a conversation with its members in order and nothing said", async () => {
    const id = unique("room");
    const before = new Date().toISOString();
    const user_ids = ["zoe", "ann", "mia"];
    expect(await store().conversations.create({ id, user_ids })).toEqual({ created: true });
    const [conversation] = await store().conversations.get([id], 50);
    expect(conversation).toEqual({
      id,
      user_ids,
      member_count: 3,
      messages: [],
      last_seq: 0,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      last_activity_at: conversation?.created_at,
    });
    expect((conversation?.created_at ?? "") >= before).toBe(true);
    expect((conversation?.created_at ?? "") <= new Date().toISOString()).toBe(true);
  });

  it("finds the conversation when the same creation is repeated, in any order of members", async () => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["ann", "bob", "cy"] });
    const before = await readOne(store(), id);
    for (const user_ids of [
      ["ann", "bob", "cy"],
      ["cy", "ann", "bob"],
    ]) {
      expect(await store().conversations.create({ id, user_ids })).toEqual({ created: false });
    }
    expect(await readOne(store(), id)).toEqual(before);
  });

  it.each([
    ["one more", ["ann", "bob", "cy"]],
    ["one less", ["ann"]],
    ["another", ["ann", "cy"]],
    ["one in another case", ["ann", "Bob"]],
  ])("refuses a creation with %s and changes nothing", async (_, user_ids) => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["ann", "bob"] });
    const before = await readOne(store(), id);
    await expectRefusal(store().conversations.create({ id, user_ids }), "conflict");
    expect(await readOne(store(), id)).toEqual(before);
    for (const user of user_ids.filter((user_id) => !before?.user_ids.includes(user_id))) {
      expect(idsOf(await store().conversations.inbox(user, { limit: 100 }))).not.toContain(id);
    }
  });

  it.each([
    ["nobody", []],
    ["1,001 members", newUsers(1_001)],
    ["a member twice", ["ann", "bob", "ann"]],
  ])("refuses to create a conversation with %s", async (_, user_ids) => {
    const id = unique("room");
    await expectRefusal(store().conversations.create({ id, user_ids }), "invalid");
    expect(await store().conversations.get([id], 50)).toEqual([]);
  });

  it("compares a repeated creation with the first one, whoever joined or left since", async () => {
    const id = unique("room");
    const { conversations, log, members } = store();
    await conversations.create({ id, user_ids: ["ann", "bob"] });
    await members.join({ conversation_id: id, user_id: "cy" });
    await members.leave({ conversation_id: id, user_id: "bob" });
    await log.append(newMessage({ conversation_id: id, user_id: "dan" }));
    const before = await readOne(store(), id);
    expect(before?.user_ids).toEqual(["ann", "cy", "dan"]);
    const again = await conversations.create({ id, user_ids: ["ann", "bob"] });
    expect(again).toEqual({ created: false });
    await expectRefusal(conversations.create({ id, user_ids: ["ann", "cy", "dan"] }), "conflict");
    expect(await readOne(store(), id)).toEqual(before);
  });

  it("brings a conversation to be by its first message, with the sender in it", async () => {
    const id = unique("room");
    const { message } = await send(store(), newMessage({ conversation_id: id }));
    expect(await readOne(store(), id)).toMatchObject({
      id,
      user_ids: ["alice"],
      member_count: 1,
      last_seq: 1,
      messages: [message],
      last_activity_at: message.timestamp,
    });
  });

  it("adds the members when one that came to be by sending is created", async () => {
    const id = unique("room");
    await send(store(), newMessage({ conversation_id: id, user_id: "zoe" }));
    const creation = { id, user_ids: ["ann", "zoe", "bob"] };
    expect(await store().conversations.create(creation)).toEqual({ created: false });
    expect(await readOne(store(), id)).toMatchObject({
      user_ids: ["zoe", "ann", "bob"],
      member_count: 3,
      last_seq: 1,
    });
    expect(await store().conversations.create(creation)).toEqual({ created: false });
    expect(await readOne(store(), id)).toMatchObject({ user_ids: ["zoe", "ann", "bob"] });
  });

  it("creates once when 20 equal creations come at once", async () => {
    const id = unique("room");
    const user_ids = newUsers(5);
    const answers = await Promise.all(
      upTo(20).map(() => store().conversations.create({ id, user_ids })),
    );
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(await readOne(store(), id)).toMatchObject({ user_ids, member_count: 5 });
  });

  it("lets one of 20 creations with different members win and refuses the others", async () => {
    const id = unique("room");
    const answers = await Promise.allSettled(
      newUsers(20).map((user) => store().conversations.create({ id, user_ids: ["ann", user] })),
    );
    const winners = newUsers(20).filter((_, index) => answers[index]?.status === "fulfilled");
    expect(winners).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "conflict" });
      else expect(answer.value).toEqual({ created: true });
    }
    expect(await readOne(store(), id)).toMatchObject({ user_ids: ["ann", ...winners] });
  });

  it("leaves everybody in it when creation and first messages come at once", async () => {
    const id = unique("room");
    const sends = newUsers(5, "sender").map((user_id) =>
      send(store(), newMessage({ conversation_id: id, user_id })),
    );
    const creation = store().conversations.create({ id, user_ids: ["ann", "bob"] });
    await Promise.all([...sends, creation]);
    const conversation = await readOne(store(), id);
    const everybody = ["ann", "bob", ...newUsers(5, "sender")];
    expect(conversation?.user_ids.toSorted()).toEqual(everybody.toSorted());
    expect(conversation).toMatchObject({ member_count: 7, last_seq: 5 });
    expect(await readLog(store(), conversationStream(id))).toHaveLength(5);
  });

  it.each([0, 1, 50, 1_000])("reads a conversation with its %i newest messages", async (count) => {
    const id = unique("room");
    await appendAll(store(), newMessages(1_010, { conversation_id: id }));
    const [conversation] = await store().conversations.get([id], count);
    const expected = upTo(1_010).slice(1_010 - count);
    expect(seqsOf(conversation?.messages ?? [])).toEqual(expected);
    expect(conversation).toMatchObject({ last_seq: 1_010, member_count: 1 });
  });

  it("shows as many members as asked for, and counts all", async () => {
    const [id, small] = [unique("room"), unique("room")];
    const user_ids = newUsers(150);
    await store().conversations.create({ id, user_ids });
    await store().conversations.create({ id: small, user_ids: ["ann", "bob"] });
    for (const shown of [0, 1, 99, 100, 101, 150, 1_000]) {
      const found = await store().conversations.get([id, small], 0, shown);
      expect(found).toMatchObject([
        { user_ids: user_ids.slice(0, shown), member_count: 150 },
        { user_ids: ["ann", "bob"].slice(0, shown), member_count: 2 },
      ]);
    }
  });

  it("reads conversations in the order asked for and leaves unknown ids out", async () => {
    const [a, b, c] = [unique("room"), unique("room"), unique("room")];
    for (const id of [a, b, c]) await store().conversations.create({ id, user_ids: ["ann"] });
    await appendAll(store(), newMessages(3, { conversation_id: b }));
    const asked = [c, unique("nowhere"), a, b, unique("nowhere")];
    const found = await store().conversations.get(asked, 2);
    expect(idsOf(found)).toEqual([c, a, b]);
    expect(found.map(({ messages }) => messages.length)).toEqual([0, 0, 2]);
    expect(await store().conversations.get([], 50)).toEqual([]);
    expect(await store().conversations.get([unique("nowhere")], 50)).toEqual([]);
  });

  it("reads 300 conversations at once, each with its own members and messages", async () => {
    const ids = newUsers(300, unique("room"));
    for (const n of upTo(3)) {
      await appendAll(
        store(),
        ids.map((id) => {
          return newMessage({
            conversation_id: id,
            user_id: `${n} of ${id}`,
            content: `${n} ${id}`,
          });
        }),
      );
    }
    const found = await store().conversations.get(ids.toReversed(), 2);
    expect(idsOf(found)).toEqual(ids.toReversed());
    for (const { id, user_ids, member_count, messages } of found) {
      expect(user_ids).toEqual(upTo(3).map((n) => `${n} of ${id}`));
      expect(member_count).toBe(3);
      expect(messages).toMatchObject([
        { content: `2 ${id}`, seq: 2 },
        { content: `3 ${id}`, seq: 3 },
      ]);
    }
  });

  it("takes the first message's timestamp for the creation of one born by an import", async () => {
    const conversation_id = unique("room");
    await appendAll(store(), [
      newMessage({ conversation_id, timestamp: "2004-12-25T09:14:00Z" }),
      newMessage({ conversation_id, timestamp: "2003-01-01T00:00:00Z" }),
      newMessage({ conversation_id }),
    ]);
    expect(await readOne(store(), conversation_id)).toMatchObject({
      created_at: "2004-12-25T09:14:00.000Z",
    });
  });
}

async function readOne(store: ChatStore, id: string): Promise<Conversation | undefined> {
  const [conversation] = await store.conversations.get([id], 50);
  return conversation;
}
