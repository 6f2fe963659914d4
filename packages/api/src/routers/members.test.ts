import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("conversations.addMember", () => {
  it("adds a member after the others", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    const member = { conversation_id, user_id: "ann" };
    expect(await api.conversations.addMember(member)).toEqual({ ...member, added: true });
    expect(await membersOf(conversation_id)).toEqual(["zoe", "bob", "ann"]);
    const { conversations } = await api.conversations.page({ user_id: "ann" });
    expect(conversations.map(({ id }) => id)).toContain(conversation_id);
  });

  it("reports an existing member and keeps the order", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    const member = { conversation_id, user_id: "zoe" };
    expect(await api.conversations.addMember(member)).toEqual({ ...member, added: false });
    expect(await membersOf(conversation_id)).toEqual(["zoe", "bob"]);
  });

  it("adds a user once when called many times concurrently", async () => {
    const conversation_id = await newConversation(["zoe"]);
    const member = { conversation_id, user_id: "ann" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.conversations.addMember(member)),
    );
    expect(answers.filter(({ added }) => added)).toHaveLength(1);
    expect(await membersOf(conversation_id)).toEqual(["zoe", "ann"]);
  });

  it("does not find an unknown conversation, and does not create it", async () => {
    const conversation_id = randomUUID();
    const call = api.conversations.addMember({ conversation_id, user_id: "ann" });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "not_found" } });
    await expect(membersOf(conversation_id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("conversations.removeMember", () => {
  it("removes only the given member", async () => {
    const conversation_id = await newConversation(["zoe", "bob", "ann"]);
    const answer = await api.conversations.removeMember({ conversation_id, user_id: "bob" });
    expect(answer).toBeUndefined();
    expect(await membersOf(conversation_id)).toEqual(["zoe", "ann"]);
  });

  it("lets the last member leave, and keeps the conversation", async () => {
    const conversation_id = await newConversation(["zoe"]);
    await api.messages.send({ user_id: "zoe", content: "bye", conversation_id });
    await api.conversations.removeMember({ conversation_id, user_id: "zoe" });
    const conversation = await api.conversations.get({ conversation_id });
    expect(conversation).toMatchObject({ user_ids: [], member_count: 0, last_seq: 1 });
  });

  it("lets a former member join again, as the last one", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    await api.conversations.removeMember({ conversation_id, user_id: "zoe" });
    await api.conversations.addMember({ conversation_id, user_id: "zoe" });
    expect(await membersOf(conversation_id)).toEqual(["bob", "zoe"]);
  });

  it("does not find a user who is not or no longer a member", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    const remove = () => api.conversations.removeMember({ conversation_id, user_id: "bob" });
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await membersOf(conversation_id)).toEqual(["zoe"]);
  });

  it("finds no member of an unknown conversation", async () => {
    const member = { conversation_id: randomUUID(), user_id: "ann" };
    const call = api.conversations.removeMember(member);
    await expect(call).rejects.toMatchObject({ cause: { code: "not_found" } });
  });
});

describe("conversations.updateMember", () => {
  const none = { muted_until: null, pinned: false, archived: false };

  it("changes what is given, keeps the rest, and answers with all", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    const zoe = { conversation_id, user_id: "zoe" };
    const update = (settings: object) => api.conversations.updateMember({ ...zoe, ...settings });
    expect(await update({ pinned: true })).toEqual({ ...zoe, ...none, pinned: true });
    const muted_until = "2999-12-31T23:00:00.000Z";
    expect(await update({ muted_until: "3000-01-01T00:00:00+01:00" })).toEqual({
      ...zoe,
      ...{ muted_until, pinned: true, archived: false },
    });
    expect(await update({ archived: true, pinned: false })).toEqual({
      ...zoe,
      ...{ muted_until, pinned: false, archived: true },
    });
    expect(await update({ archived: false, muted_until: null })).toEqual({ ...zoe, ...none });
    expect(await itemOf("bob", conversation_id)).toMatchObject(none);
  });

  it("archives until the next message, unless it is muted", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    const zoe = { conversation_id, user_id: "zoe" };
    const say = () => api.messages.send({ user_id: "bob", content: "hi", conversation_id });
    await say();
    await api.conversations.updateMember({ ...zoe, archived: true });
    expect(await itemOf("zoe", conversation_id)).toMatchObject({ archived: true });
    await say();
    expect(await itemOf("zoe", conversation_id)).toMatchObject({ archived: false });
    const muted_until = new Date(Date.now() + 60_000).toISOString();
    await api.conversations.updateMember({ ...zoe, archived: true, muted_until });
    await say();
    expect(await itemOf("zoe", conversation_id)).toMatchObject({ archived: true });
  });

  it("does not find a user who is not or no longer a member", async () => {
    const conversation_id = await newConversation(["zoe", "bob"]);
    await api.conversations.removeMember({ conversation_id, user_id: "bob" });
    for (const member of [
      { conversation_id, user_id: "bob" },
      { conversation_id, user_id: "eve" },
      { conversation_id: randomUUID(), user_id: "zoe" },
    ]) {
      const call = api.conversations.updateMember({ ...member, pinned: true });
      await expect(call).rejects.toMatchObject({ cause: { code: "not_found" } });
    }
  });

  it("starts anew for who leaves and joins again", async () => {
    const conversation_id = await newConversation(["zoe"]);
    const zoe = { conversation_id, user_id: "zoe" };
    await api.conversations.updateMember({ ...zoe, pinned: true });
    await api.conversations.removeMember(zoe);
    await api.conversations.addMember(zoe);
    expect(await itemOf("zoe", conversation_id)).toMatchObject(none);
  });

  it.each<[string, Record<string, unknown>]>([
    ["muted_until", {}],
    ["muted_until", { muted_until: "tomorrow" }],
    ["muted_until", { muted_until: "2026-01-31" }],
    ["muted_until", { muted_until: "2026-01-31T12:00:00" }],
    ["muted_until", { muted_until: "2026-02-30T12:00:00Z" }],
    ["muted_until", { muted_until: "+012026-01-31T12:00:00Z" }],
    ["muted_until", { muted_until: "0000-01-01T00:00:00+01:00" }],
    ["muted_until", { muted_until: `2026-01-31T12:00:00.${"0".repeat(64)}Z` }],
    ["muted_until", { muted_until: 1_800_000_000_000 }],
    ["pinned", { pinned: null }],
    ["pinned", { pinned: "true" }],
    ["pinned", { pinned: 1 }],
    ["archived", { archived: {} }],
    ["read_seq", { pinned: true, read_seq: 1 }],
  ])("refuses what is no %s, and changes nothing: %o", async (path, settings) => {
    const conversation_id = await newConversation(["zoe"]);
    const call = api.conversations.updateMember({
      ...{ conversation_id, user_id: "zoe" },
      ...settings,
    });
    await expect(call).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path }] },
    });
    expect(await itemOf("zoe", conversation_id)).toMatchObject(none);
  });
});

describe.each(["addMember", "removeMember"] as const)("conversations.%s", (name) => {
  it.each([
    ["user_id", { conversation_id: "room", user_id: "" }],
    ["user_id", { conversation_id: "room", user_id: ".." }],
    ["conversation_id", { conversation_id: "a\nb", user_id: "ann" }],
    ["conversation_id", { conversation_id: "x".repeat(129), user_id: "ann" }],
  ])("refuses what is no %s", async (path, member) => {
    await expect(api.conversations[name](member)).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path }] },
    });
  });
});

async function newConversation(user_ids: string[]): Promise<string> {
  const { conversation } = await api.conversations.create({ user_ids });
  return conversation.id;
}

async function itemOf(user_id: string, conversation_id: string) {
  const { conversations } = await api.conversations.page({ user_id, limit: 200 });
  return conversations.find(({ id }) => id === conversation_id);
}

async function membersOf(conversation_id: string): Promise<string[]> {
  return (await api.conversations.get({ conversation_id })).user_ids;
}
