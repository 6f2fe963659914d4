import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const apiOf = (caller: Caller) => createCaller(createContext({ store, caller }));
const userApi = (user_id: string) =>
  apiOf({ kind: "user", user_id, expiresAt: Date.now() + 60_000 });
const [ann, bob] = [userApi("ann"), userApi("bob")];

describe("a conversation that a user creates", () => {
  it("has its creator as the first member, listed or not", async () => {
    const { conversation } = await ann.conversations.create({ user_ids: ["bob"] });
    expect(conversation.user_ids).toEqual(["ann", "bob"]);
    const named = await ann.conversations.create({ user_ids: ["bob", "ann"] });
    expect(named.conversation.user_ids).toEqual(["bob", "ann"]);
  });

  it("gets its id from the server, so that an id does not show what exists", async () => {
    const answers = ["taken", randomUUID()].map((id) =>
      ann.conversations.create({ id, user_ids: ["ann"] }).catch((error) => error.message),
    );
    await apiOf(trustedCaller).conversations.create({ id: "taken", user_ids: ["bob"] });
    const [taken, free] = await Promise.all(answers);
    expect(taken).toBe(free);
  });

  it("has at most 1,000 members, with its creator", async () => {
    const user_ids = Array.from({ length: 1_000 }, (_, n) => `user-${n}`);
    await expect(ann.conversations.create({ user_ids })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "user_ids" }] },
    });
    const { conversation } = await ann.conversations.create({ user_ids: user_ids.slice(1) });
    expect(conversation.member_count).toBe(1_000);
  });
});

describe("a user", () => {
  it("neither joins nor creates a conversation by sending to it", async () => {
    const { conversation } = await bob.conversations.create({ user_ids: ["bob"] });
    const messages = [conversation.id, randomUUID()].map((conversation_id) =>
      ann.messages
        .send({ user_id: "ann", content: "hi", conversation_id })
        .catch((error) => error.cause),
    );
    for (const refusal of await Promise.all(messages)) {
      expect(refusal).toMatchObject({
        code: "not_found",
        message: "there is no such conversation",
      });
    }
    const { user_ids, last_seq } = await bob.conversations.get({
      conversation_id: conversation.id,
    });
    expect({ user_ids, last_seq }).toEqual({ user_ids: ["bob"], last_seq: 0 });
  });

  it("is added by a member, sends, leaves, and cannot rejoin by sending", async () => {
    const { conversation } = await bob.conversations.create({ user_ids: ["bob"] });
    const conversation_id = conversation.id;
    await bob.conversations.addMember({ conversation_id, user_id: "ann" });
    await ann.messages.send({ user_id: "ann", content: "hi", conversation_id });
    await ann.conversations.removeMember({ conversation_id, user_id: "ann" });
    const again = ann.messages.send({ user_id: "ann", content: "hi", conversation_id });
    await expect(again).rejects.toMatchObject({ cause: { code: "not_found" } });
    await expect(ann.messages.page({ conversation_id })).rejects.toMatchObject({
      cause: { code: "not_found" },
    });
    expect((await bob.conversations.get({ conversation_id })).user_ids).toEqual(["bob"]);
  });

  it("names a conversation that it is in, and tells nothing of any other", async () => {
    const { conversation } = await bob.conversations.create({ user_ids: ["bob"] });
    const title = "Tea";
    const named = await bob.conversations.update({ conversation_id: conversation.id, title });
    expect(named).toEqual({ ...conversation, title });
    for (const conversation_id of [conversation.id, randomUUID()]) {
      const call = ann.conversations.update({ conversation_id, title: "Coffee" });
      await expect(call).rejects.toMatchObject({
        cause: { code: "not_found", message: "there is no such conversation" },
      });
    }
    const { title: kept } = await bob.conversations.get({ conversation_id: conversation.id });
    expect(kept).toBe(title);
  });

  it("has settings that no other user sees or changes", async () => {
    const { conversation } = await bob.conversations.create({ user_ids: ["ann"] });
    const conversation_id = conversation.id;
    const settings = { conversation_id, pinned: true };
    const other = ann.conversations.updateMember({ ...settings, user_id: "bob" });
    await expect(other).rejects.toMatchObject({ cause: { code: "forbidden" } });
    await ann.conversations.updateMember({ ...settings, user_id: "ann" });
    const pinnedOf = async (api: typeof ann, user_id: string) => {
      const { conversations } = await api.conversations.page({ user_id });
      return conversations.find(({ id }) => id === conversation_id)?.pinned;
    };
    expect([await pinnedOf(ann, "ann"), await pinnedOf(bob, "bob")]).toEqual([true, false]);
    await ann.conversations.removeMember({ conversation_id, user_id: "ann" });
    for (const id of [conversation_id, randomUUID()]) {
      const left = ann.conversations.updateMember({
        ...{ conversation_id: id, user_id: "ann" },
        pinned: false,
      });
      await expect(left).rejects.toMatchObject({
        cause: { code: "not_found", message: "there is no such conversation" },
      });
    }
  });

  it("can remove itself, but nobody else", async () => {
    const { conversation } = await bob.conversations.create({ user_ids: ["ann"] });
    const conversation_id = conversation.id;
    const other = ann.conversations.removeMember({ conversation_id, user_id: "bob" });
    await expect(other).rejects.toMatchObject({ cause: { code: "forbidden" } });
    await bob.conversations.removeMember({ conversation_id, user_id: "bob" });
    expect((await ann.conversations.get({ conversation_id })).user_ids).toEqual(["ann"]);
  });
});
