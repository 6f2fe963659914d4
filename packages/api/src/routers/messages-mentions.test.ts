import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it, vi } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

/** Creates a conversation, in which Ann mentions whom she wants. */
async function talk(user_ids: string[] = ["ann", "bob"]) {
  const { conversation } = await api.conversations.create({ user_ids });
  const conversation_id = conversation.id;
  const mention = (mentions: unknown, fields: object = {}) =>
    api.messages.send({
      ...{ conversation_id, user_id: "ann", content: "hi" },
      ...fields,
      mentions: mentions as string[],
    });
  const newOf = async (user_id: string) => {
    const { unread_count, mention_count } = await api.reads.mark({
      ...{ conversation_id, user_id },
      read_seq: 0,
    });
    return [unread_count, mention_count];
  };
  return { conversation_id, mention, newOf };
}

function refusal(...paths: string[]) {
  const issues = paths.map((path) => ({ path }));
  return { code: "UNPROCESSABLE_CONTENT", cause: { code: "validation_failed", issues } };
}

describe("mentions", () => {
  it("are part of the message and of its entry, and are counted", async () => {
    const { conversation_id, mention, newOf } = await talk(["ann", "bob", "cy"]);
    const { message } = await mention(["bob", "ann"]);
    expect(message.mentions).toEqual(["bob", "ann"]);
    expect(await api.messages.get({ conversation_id, seq: 1 })).toEqual(message);
    const { entries } = await api.log.page({ conversation_id });
    expect(entries).toEqual([expect.objectContaining({ mentions: ["bob", "ann"] })]);
    await mention("everyone");
    expect([await newOf("ann"), await newOf("bob"), await newOf("cy")]).toEqual([
      [0, 0],
      [2, 2],
      [2, 1],
    ]);
  });

  it("can be 50, and one of them the author", async () => {
    const user_ids = Array.from({ length: 51 }, (_, n) => `user-${n}`);
    const { mention } = await talk([...user_ids, "ann"]);
    const { message } = await mention(["ann", ...user_ids.slice(0, 49)]);
    expect(message.mentions).toHaveLength(50);
    await expect(mention(user_ids)).rejects.toMatchObject(refusal("mentions"));
    await expect(mention([])).rejects.toMatchObject(refusal("mentions"));
  });

  it("are named one by one where they are no members", async () => {
    const { conversation_id, mention } = await talk();
    await api.conversations.addMember({ conversation_id, user_id: "former" });
    await api.conversations.removeMember({ conversation_id, user_id: "former" });
    const call = mention(["bob", "eve", "ann", "former"]);
    await expect(call).rejects.toMatchObject(refusal("mentions.1", "mentions.3"));
    expect(await api.messages.page({ conversation_id })).toMatchObject({ messages: [] });
  });

  it.each<[string, unknown, string]>([
    ["null", null, "mentions"],
    ["a number", 1, "mentions"],
    ["another word", "all", "mentions"],
    ["an object", { 0: "bob", length: 1 }, "mentions"],
    ["a repeat", ["bob", "bob"], "mentions"],
    ["a number among them", ["bob", 1], "mentions.1"],
    ["null among them", [null], "mentions.0"],
    ["what is no id", ["bob", ".."], "mentions.1"],
    ["broken Unicode", ["\ud800"], "mentions.0"],
    ["a list in a list", [["bob"]], "mentions.0"],
  ])("cannot be %s", async (_, mentions, path) => {
    const { conversation_id, mention } = await talk();
    await expect(mention(mentions)).rejects.toMatchObject(refusal(path));
    expect(await api.messages.page({ conversation_id })).toMatchObject({ messages: [] });
  });

  it("of a user who is called everyone, or __proto__, are of that user", async () => {
    const { mention, newOf } = await talk(["ann", "bob", "everyone", "__proto__"]);
    await mention(["everyone", "__proto__"]);
    expect([await newOf("bob"), await newOf("everyone"), await newOf("__proto__")]).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  it("in a conversation that does not exist yet are of the author alone", async () => {
    const conversation_id = randomUUID();
    const { mention } = await talk();
    const other = mention(["ann", "bob"], { conversation_id });
    await expect(other).rejects.toMatchObject(refusal("mentions.1"));
    const call = api.conversations.get({ conversation_id });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await mention(["ann"], { conversation_id })).toMatchObject({ created: true });
    const again = randomUUID();
    expect(await mention("everyone", { conversation_id: again })).toMatchObject({ created: true });
  });

  it("in a note are of the author alone", async () => {
    const user_id = randomUUID();
    const { mention } = await talk();
    const note = { user_id, conversation_id: null };
    await expect(mention(["bob"], note)).rejects.toMatchObject(refusal("mentions.0"));
    const { message } = await mention([user_id], note);
    expect(message).toMatchObject({ conversation_id: null, mentions: [user_id] });
  });

  it("are compared when a message is sent again, and stay when it is edited", async () => {
    const { conversation_id, mention } = await talk(["ann", "bob", "cy"]);
    const id = randomUUID();
    const { message } = await mention(["bob", "cy"], { id });
    expect(await mention(["bob", "cy"], { id })).toEqual({ message, created: false });
    for (const other of [["bob"], ["cy", "bob"], "everyone", undefined]) {
      const { cause } = await mention(other, { id }).catch((error) => error);
      expect(cause.code).toBe("conflict");
    }
    const edit = { conversation_id, seq: 1, user_id: "ann", content: "ho" };
    const { message: edited } = await api.messages.edit(edit);
    expect(edited.mentions).toEqual(["bob", "cy"]);
    await expect(api.messages.edit({ ...edit, mentions: ["bob"] } as never)).rejects.toMatchObject(
      refusal("mentions"),
    );
  });

  it("are erased with the text", async () => {
    const { conversation_id, mention, newOf } = await talk();
    await mention(["bob"]);
    await api.messages.delete({ conversation_id, seq: 1, user_id: "ann" });
    const { messages } = await api.messages.page({ conversation_id, deleted: "include" });
    expect(messages[0]).not.toHaveProperty("mentions");
    const { entries } = await api.log.page({ conversation_id });
    expect(entries[0]).not.toHaveProperty("mentions");
    expect(await newOf("bob")).toEqual([0, 0]);
  });

  it("are looked up at once, by exact pairs, and only where others are mentioned", async () => {
    const { conversation_id, mention } = await talk(["ann", "bob", "cy"]);
    const among = vi.spyOn(store.members, "among");
    await mention(["ann"]);
    await mention("everyone");
    await mention(undefined);
    expect(among).not.toHaveBeenCalled();
    await mention(["bob", "ann", "cy"]);
    const members = ["bob", "cy"].map((user_id) => ({ conversation_id, user_id }));
    expect(among.mock.calls).toEqual([[{ members }]]);
    among.mockRestore();
  });

  it("do not refuse a repeat, though somebody has left since", async () => {
    const { conversation_id, mention } = await talk();
    const id = randomUUID();
    const { message } = await mention(["bob"], { id });
    await api.conversations.removeMember({ conversation_id, user_id: "bob" });
    expect(await mention(["bob"], { id })).toEqual({ message, created: false });
    await expect(mention(["bob"], { id, content: "other" })).rejects.toMatchObject({
      cause: { code: "conflict" },
    });
    await expect(mention(["bob"])).rejects.toMatchObject(refusal("mentions.0"));
  });

  it("do not lose the id of a message while the store is unavailable", async () => {
    const away = openSqliteStore(":memory:");
    await away.close();
    const caller = createCaller(createContext({ store: away, caller: trustedCaller }));
    const id = randomUUID();
    const message = { id, user_id: "ann", content: "hi", conversation_id: "room" };
    await expect(caller.messages.send({ ...message, mentions: ["bob"] })).rejects.toMatchObject({
      cause: { code: "unavailable", id },
    });
  });
});

describe("an import", () => {
  it("keeps mentions as they are given, also of those who are no members", async () => {
    const conversation_id = randomUUID();
    const line = { user_id: "ann", content: "hi", conversation_id };
    const messages = [["bob"], "everyone" as const].map((mentions) => {
      return { ...line, id: randomUUID(), mentions };
    });
    const stored = { status: "stored" };
    expect(await api.messages.import({ messages })).toEqual({ results: [stored, stored] });
    const page = await api.messages.page({ conversation_id });
    expect(page.messages.map(({ mentions }) => mentions)).toEqual([["bob"], "everyone"]);
    const [first] = messages;
    const others = [{ ...line, id: first?.id ?? "", mentions: ["cy"] }];
    expect(await api.messages.import({ messages: others })).toMatchObject({
      results: [{ status: "refused" }],
    });
  });

  it("refuses mentions that cannot be, by their line", async () => {
    const message = { id: randomUUID(), user_id: "ann", content: "hi", conversation_id: "room" };
    const many = Array.from({ length: 51 }, (_, n) => `user-${n}`);
    for (const [mentions, path] of [
      [many, "messages.0.mentions"],
      [["bob", "."], "messages.0.mentions.1"],
    ] as const) {
      const call = api.messages.import({ messages: [{ ...message, mentions: [...mentions] }] });
      await expect(call).rejects.toMatchObject(refusal(path));
    }
  });
});
