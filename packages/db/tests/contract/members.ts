import { expect, it } from "vitest";
import type { Conversation } from "../../src/entities.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { appendAll, expectRefusal, idsOf, readLog, send } from "../log.ts";
import { newMessage, newUsers, unique, upTo } from "../make.ts";

/** Members: who is in a conversation, in the order they joined. */
export function membersContract(store: () => ChatStore): void {
  it("adds a member at the end", async () => {
    const id = await newRoom(store(), ["zoe", "mia"]);
    expect(await store().members.join({ conversation_id: id, user_id: "ann" })).toEqual({
      joined: true,
    });
    expect(await members(store(), id)).toEqual(["zoe", "mia", "ann"]);
  });

  it("does not add a member twice", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    await store().members.join({ conversation_id: id, user_id: "cy" });
    expect(await store().members.join({ conversation_id: id, user_id: "cy" })).toEqual({
      joined: false,
    });
    expect(await store().members.join({ conversation_id: id, user_id: "ann" })).toEqual({
      joined: false,
    });
    expect(await members(store(), id)).toEqual(["ann", "bob", "cy"]);
  });

  it("removes a member", async () => {
    const id = await newRoom(store(), ["ann", "bob", "cy"]);
    await store().members.leave({ conversation_id: id, user_id: "bob" });
    expect(await members(store(), id)).toEqual(["ann", "cy"]);
  });

  it("puts one who comes back at the end", async () => {
    const id = await newRoom(store(), ["ann", "bob", "cy"]);
    await store().members.leave({ conversation_id: id, user_id: "ann" });
    expect(await store().members.join({ conversation_id: id, user_id: "ann" })).toEqual({
      joined: true,
    });
    expect(await members(store(), id)).toEqual(["bob", "cy", "ann"]);
  });

  it("knows no member of a conversation that does not exist", async () => {
    const id = unique("room");
    await expectRefusal(store().members.join({ conversation_id: id, user_id: "ann" }), "not_found");
    await expectRefusal(
      store().members.leave({ conversation_id: id, user_id: "ann" }),
      "not_found",
    );
    expect(await store().conversations.get([id], 50)).toEqual([]);
    expect(idsOf(await store().conversations.inbox("ann", { limit: 1_000 }))).not.toContain(id);
  });

  it("refuses to remove who is no member, or no more", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    await expectRefusal(store().members.leave({ conversation_id: id, user_id: "cy" }), "not_found");
    await store().members.leave({ conversation_id: id, user_id: "bob" });
    await expectRefusal(
      store().members.leave({ conversation_id: id, user_id: "bob" }),
      "not_found",
    );
    expect(await members(store(), id)).toEqual(["ann"]);
  });

  it("lets a sender join, once", async () => {
    const id = await newRoom(store(), ["ann"]);
    const by = (user_id: string) => newMessage({ conversation_id: id, user_id });
    await appendAll(store(), [by("bob"), by("ann"), by("cy"), by("bob")]);
    await appendAll(store(), [by("cy"), by("bob")]);
    expect(await members(store(), id)).toEqual(["ann", "bob", "cy"]);
  });

  it("lets a removed sender who sends join again", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    const message = () => newMessage({ conversation_id: id, user_id: "ann" });
    await send(store(), message());
    await store().members.leave({ conversation_id: id, user_id: "ann" });
    expect(await members(store(), id)).toEqual(["bob"]);
    await send(store(), message());
    expect(await members(store(), id)).toEqual(["bob", "ann"]);
  });

  it("lets the last member leave and keeps the log", async () => {
    const id = await newRoom(store(), ["ann"]);
    await send(store(), newMessage({ conversation_id: id, user_id: "ann" }));
    await store().members.leave({ conversation_id: id, user_id: "ann" });
    expect(await readOne(store(), id)).toMatchObject({
      user_ids: [],
      member_count: 0,
      last_seq: 1,
      messages: [{ content: "hello" }],
    });
    expect(await store().members.join({ conversation_id: id, user_id: "bob" })).toEqual({
      joined: true,
    });
    await send(store(), newMessage({ conversation_id: id, user_id: "bob" }));
    expect(await readLog(store(), conversationStream(id))).toHaveLength(2);
  });

  it("adds one member once when 20 additions come at once", async () => {
    const id = await newRoom(store(), ["ann"]);
    const answers = await Promise.all(
      upTo(20).map(() => store().members.join({ conversation_id: id, user_id: "bob" })),
    );
    expect(answers.filter((answer) => answer.joined)).toHaveLength(1);
    expect(await members(store(), id)).toEqual(["ann", "bob"]);
  });

  it("adds 50 members who join at once, by additions and by sending", async () => {
    const id = await newRoom(store(), ["ann"]);
    const users = newUsers(50);
    await Promise.all(
      users.map((user_id, index) =>
        index % 2 === 0
          ? store().members.join({ conversation_id: id, user_id })
          : send(store(), newMessage({ conversation_id: id, user_id })),
      ),
    );
    const found = await members(store(), id);
    expect(found[0]).toBe("ann");
    expect(found.slice(1).toSorted()).toEqual(users.toSorted());
    expect(await readOne(store(), id)).toMatchObject({ member_count: 51 });
  });

  it("removes one member once when 10 removals come at once", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    const answers = await Promise.allSettled(
      upTo(10).map(() => store().members.leave({ conversation_id: id, user_id: "bob" })),
    );
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused).toHaveLength(9);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "not_found" });
    expect(await readOne(store(), id)).toMatchObject({ user_ids: ["ann"], member_count: 1 });
  });

  it("agrees with itself when one member is added and removed at once", async () => {
    const id = await newRoom(store(), ["ann"]);
    const user = unique("bob");
    await Promise.allSettled(
      upTo(20).map((n) =>
        n % 2 === 0
          ? store().members.leave({ conversation_id: id, user_id: user })
          : store().members.join({ conversation_id: id, user_id: user }),
      ),
    );
    const conversation = await readOne(store(), id);
    expect(conversation?.member_count).toBe(conversation?.user_ids.length);
    const inbox = idsOf(await store().conversations.inbox(user, { limit: 10 }));
    expect(inbox).toEqual(conversation?.user_ids.includes(user) ? [id] : []);
  });

  it("creates a conversation with 1,000 members and keeps their order", async () => {
    const users = newUsers(1_000).toReversed();
    const id = await newRoom(store(), users);
    expect(await readOne(store(), id)).toMatchObject({ user_ids: users, member_count: 1_000 });
    const again = await store().conversations.create({ id, user_ids: users.toSorted() });
    expect(again).toEqual({ created: false });
  });

  it("shows the first 1,000 members and counts all", async () => {
    const users = newUsers(1_000);
    const id = await newRoom(store(), users);
    await store().members.join({ conversation_id: id, user_id: "late 1" });
    await appendAll(
      store(),
      ["late 2", "late 3"].map((user_id) => newMessage({ conversation_id: id, user_id })),
    );
    expect(await readOne(store(), id)).toMatchObject({ user_ids: users, member_count: 1_003 });
    // Who leaves makes room for the next in line.
    await store().members.leave({ conversation_id: id, user_id: "user-1" });
    await store().members.leave({ conversation_id: id, user_id: "late 2" });
    expect(await readOne(store(), id)).toMatchObject({
      user_ids: [...users.slice(1), "late 1"],
      member_count: 1_001,
    });
  });

  it("lets 1,100 senders join one conversation at once", async () => {
    const id = unique("room");
    const users = newUsers(1_100);
    await appendAll(
      store(),
      users.map((user_id) => newMessage({ conversation_id: id, user_id })),
    );
    const conversation = await readOne(store(), id);
    expect(conversation).toMatchObject({ member_count: 1_100, last_seq: 1_100 });
    // They join in the order in which they sent.
    expect(conversation?.user_ids).toEqual(users.slice(0, 1_000));
  });
}

async function newRoom(store: ChatStore, user_ids: string[]): Promise<string> {
  const id = unique("room");
  await store.conversations.create({ id, user_ids });
  return id;
}

async function readOne(store: ChatStore, id: string): Promise<Conversation | undefined> {
  const [conversation] = await store.conversations.get([id], 50);
  return conversation;
}

async function members(store: ChatStore, id: string): Promise<string[]> {
  return (await readOne(store, id))?.user_ids ?? [];
}
