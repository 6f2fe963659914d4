import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("conversations.create", () => {
  it("creates a conversation and returns it", async () => {
    const id = randomUUID();
    const { conversation, created } = await api.conversations.create({
      id,
      user_ids: ["zoe", "adam", "|trey|"],
    });
    expect(created).toBe(true);
    expect(conversation).toEqual({
      id,
      user_ids: ["zoe", "adam", "|trey|"],
      messages: [],
      created_at: expect.any(String),
      last_seq: 0,
      member_count: 3,
      last_activity_at: conversation.created_at,
    });
    expect(await api.conversations.get({ conversation_id: id })).toEqual(conversation);
  });

  it("generates an id for each conversation without one", async () => {
    const [first, second] = await Promise.all([
      api.conversations.create({ user_ids: ["ann"] }),
      api.conversations.create({ user_ids: ["ann"] }),
    ]);
    expect([first.created, second.created]).toEqual([true, true]);
    expect(first.conversation.id).not.toBe(second.conversation.id);
  });

  it("returns the same conversation when it is created again, in any order of its members", async () => {
    const id = randomUUID();
    const { conversation } = await api.conversations.create({ id, user_ids: ["ann", "bob"] });
    const again = await api.conversations.create({ id, user_ids: ["bob", "ann"] });
    expect(again).toEqual({ conversation, created: false });
  });

  it("refuses an id that was created with other members as a conflict", async () => {
    const id = randomUUID();
    await api.conversations.create({ id, user_ids: ["ann", "bob"] });
    const other = api.conversations.create({ id, user_ids: ["ann", "eve"] });
    await expect(other).rejects.toMatchObject({ code: "CONFLICT", cause: { code: "conflict" } });
    const { user_ids } = await api.conversations.get({ conversation_id: id });
    expect(user_ids).toEqual(["ann", "bob"]);
  });

  it("adds the members to a conversation that a message created, and returns its messages", async () => {
    const id = randomUUID();
    const { message } = await say(id, "first");
    const { conversation, created } = await api.conversations.create({
      id,
      user_ids: ["bob", "alice"],
    });
    expect(created).toBe(false);
    expect(conversation).toMatchObject({ user_ids: ["alice", "bob"], messages: [message] });
  });

  it("takes 1,000 members, shows them, and counts those who join later", async () => {
    const id = randomUUID();
    const user_ids = Array.from({ length: 1_000 }, (_, index) => `user-${index}`);
    const { conversation } = await api.conversations.create({ id, user_ids });
    expect(conversation.user_ids).toEqual(user_ids);
    await api.conversations.addMember({ conversation_id: id, user_id: "late" });
    const shown = await api.conversations.get({ conversation_id: id });
    expect(shown).toMatchObject({ user_ids, member_count: 1_001 });
  });

  it.each([
    ["nobody", []],
    ["1,001 members", Array.from({ length: 1_001 }, (_, index) => `user-${index}`)],
    ["a member named twice", ["ann", "bob", "ann"]],
  ])("refuses %s and creates nothing", async (_, user_ids) => {
    const id = randomUUID();
    await expect(api.conversations.create({ id, user_ids })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "user_ids" }] },
    });
    const found = api.conversations.get({ conversation_id: id });
    await expect(found).rejects.toMatchObject({ cause: { code: "not_found" } });
  });
});

describe("conversations.get", () => {
  it("returns the requested number of newest messages, oldest first", async () => {
    const id = randomUUID();
    for (const content of ["a", "b", "c"]) await say(id, content);
    const { messages, last_seq, last_activity_at } = await api.conversations.get({
      conversation_id: id,
      messages: 2,
    });
    expect(messages.map(({ content }) => content)).toEqual(["b", "c"]);
    expect(last_seq).toBe(3);
    expect(last_activity_at).toBe(messages[1]?.timestamp);
  });

  it("returns 50 messages by default, and at most 1,000", async () => {
    const id = randomUUID();
    await Promise.all(Array.from({ length: 1_001 }, (_, index) => say(id, `${index + 1}`)));
    const seqsOf = async (messages?: number) => {
      const input = { conversation_id: id, ...(messages !== undefined && { messages }) };
      const { messages: carried } = await api.conversations.get(input);
      return [carried.length, carried[0]?.seq, carried.at(-1)?.seq];
    };
    expect(await seqsOf()).toEqual([50, 952, 1_001]);
    expect(await seqsOf(0)).toEqual([0, undefined, undefined]);
    expect(await seqsOf(1_000)).toEqual([1_000, 2, 1_001]);
  });

  it("does not find a conversation that nobody created or sent to", async () => {
    const call = api.conversations.get({ conversation_id: randomUUID() });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "not_found" } });
  });

  it.each([-1, 1_001, 0.5])("refuses to return %d messages", async (messages) => {
    const call = api.conversations.get({ conversation_id: "room", messages });
    await expect(call).rejects.toMatchObject({ cause: { issues: [{ path: "messages" }] } });
  });
});

describe("conversations.get with members", () => {
  it("shows as many as it is asked for, the first ones, and counts all", async () => {
    const user_ids = ["zoe", "adam", "bob"];
    const { conversation } = await api.conversations.create({ user_ids });
    for (const members of [0, 1, 3, 1_000]) {
      const found = await api.conversations.get({ conversation_id: conversation.id, members });
      expect(found).toEqual({ ...conversation, user_ids: user_ids.slice(0, members) });
    }
  });

  it.each([-1, 1_001, 0.5, null, "1"])("refuses to show %j", async (members) => {
    const call = api.conversations.get({ conversation_id: "room", members } as never);
    await expect(call).rejects.toMatchObject({ cause: { issues: [{ path: "members" }] } });
  });
});

describe("conversations.update", () => {
  it("sets a title and metadata, keeps what is not given, and removes with null", async () => {
    const conversation_id = randomUUID();
    await say(conversation_id, "hi");
    const bare = await api.conversations.get({ conversation_id });
    const update = (change: object) => api.conversations.update({ conversation_id, ...change });
    expect(bare).not.toHaveProperty("title");
    expect(await update({ title: "Tea" })).toEqual({ ...bare, title: "Tea" });
    const metadata = { color: "green" };
    expect(await update({ metadata })).toEqual({ ...bare, title: "Tea", metadata });
    expect(await update({ title: null })).toEqual({ ...bare, metadata });
    expect(await update({ title: "T", metadata: null })).toEqual({ ...bare, title: "T" });
    expect(await api.conversations.get({ conversation_id })).toEqual({ ...bare, title: "T" });
    const { conversations } = await api.conversations.page({ user_id: "alice" });
    expect(conversations.find(({ id }) => id === conversation_id)?.title).toBe("T");
  });

  it.each([
    ["one character", "x"],
    ["200 characters", "\u{1F600}".repeat(200)],
    ["a line end in it", "a\nb"],
  ])("takes a title of %s", async (_, title) => {
    const { conversation } = await api.conversations.create({ user_ids: ["ann"] });
    const conversation_id = conversation.id;
    expect(await api.conversations.update({ conversation_id, title })).toMatchObject({ title });
  });

  it.each<[string, Record<string, unknown>]>([
    ["title", {}],
    ["title", { title: "" }],
    ["title", { title: " \u3000\n" }],
    ["title", { title: "x".repeat(201) }],
    ["title", { title: "\u{1F600}".repeat(201) }],
    ["title", { title: "a\0b" }],
    ["title", { title: "\ud800" }],
    ["title", { title: 1 }],
    ["title", { title: ["Tea"] }],
    ["metadata", { metadata: [] }],
    ["metadata", { metadata: "x" }],
    ["metadata", { metadata: { a: "x".repeat(8_192) } }],
    ["metadata", { metadata: { a: { b: { c: { d: { e: {} } } } } } }],
    ["user_ids", { title: "Tea", user_ids: ["eve"] }],
  ])("refuses what is no %s, and changes nothing: %o", async (path, change) => {
    const { conversation } = await api.conversations.create({ user_ids: ["ann"] });
    const conversation_id = conversation.id;
    const call = api.conversations.update({ conversation_id, ...change });
    await expect(call).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path }] },
    });
    expect(await api.conversations.get({ conversation_id })).toEqual(conversation);
  });

  it("does not find a conversation that nobody created, and does not create it", async () => {
    const conversation_id = randomUUID();
    const call = api.conversations.update({ conversation_id, title: "Tea" });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "not_found" } });
    const found = api.conversations.get({ conversation_id });
    await expect(found).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

function say(conversation_id: string, content: string) {
  return api.messages.send({ user_id: "alice", content, conversation_id });
}
