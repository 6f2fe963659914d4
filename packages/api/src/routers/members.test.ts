import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "../context.ts";
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

async function membersOf(conversation_id: string): Promise<string[]> {
  return (await api.conversations.get({ conversation_id })).user_ids;
}
