import { randomUUID } from "node:crypto";
import { conversationStream, openSqliteStore, readHead } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "../context.ts";
import { createCaller } from "../root.ts";
import type { Message } from "../schemas/messages.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("messages.send", () => {
  it("stores a message and returns it", async () => {
    const sent = { id: randomUUID(), user_id: "alice", content: "hi", conversation_id: newRoom() };
    const { message, created } = await api.messages.send(sent);
    expect(created).toBe(true);
    expect(message).toEqual({ ...sent, seq: 1, timestamp: expect.any(String) });
    expect(new Date(message.timestamp).toISOString()).toBe(message.timestamp);
    expect(await collect(sent.conversation_id)).toEqual([message]);
  });

  it("generates a UUIDv7 for a message without an id", async () => {
    const { message } = await sendTo(newRoom());
    expect(message.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });

  it("numbers the messages of a conversation 1, 2, 3 in the order they were sent", async () => {
    const room = newRoom();
    await Promise.all(["a", "b", "c"].map((content) => sendTo(room, { content })));
    const log = await collect(room);
    expect(log.map(({ seq, content }) => [seq, content])).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ]);
  });

  it("creates the conversation, with the sender as its first member", async () => {
    const room = newRoom();
    await sendTo(room, { user_id: "[ann] " });
    const conversation = await api.conversations.get({ conversation_id: room });
    expect(conversation).toMatchObject({ id: room, user_ids: ["[ann] "], last_seq: 1 });
  });

  it.each([undefined, null])(
    "stores a message with the conversation_id %s as a note",
    async (conversation_id) => {
      const user_id = newRoom();
      const { message } = await api.messages.send({ user_id, content: "hi", conversation_id });
      expect(message.conversation_id).toBeNull();
      expect(await api.notes.get({ user_id, seq: 1 })).toEqual(message);
    },
  );

  it("answers a repeat with the stored message and stores nothing", async () => {
    const room = newRoom();
    const id = randomUUID();
    const first = await sendTo(room, { id });
    await sendTo(room);
    expect(await sendTo(room, { id })).toEqual({ message: first.message, created: false });
    expect(await readHead(store.log, conversationStream(room))).toBe(2);
  });

  it.each([{ content: "other" }, { user_id: "bob" }])(
    "refuses a taken id with %o as a conflict",
    async (change) => {
      const room = newRoom();
      const id = randomUUID();
      const { message } = await sendTo(room, { id });
      const again = sendTo(room, { id, ...change });
      await expect(again).rejects.toMatchObject({ code: "CONFLICT", cause: { code: "conflict" } });
      expect(await collect(room)).toEqual([message]);
    },
  );

  it("allows the same message id in different conversations", async () => {
    const id = randomUUID();
    expect((await sendTo(newRoom(), { id })).created).toBe(true);
    expect((await sendTo(newRoom(), { id })).created).toBe(true);
  });

  it("stores nothing of a refused message", async () => {
    const room = newRoom();
    await expect(sendTo(room, { content: "" })).rejects.toMatchObject({
      code: "UNPROCESSABLE_CONTENT",
      cause: { code: "validation_failed", issues: [{ path: "content" }] },
    });
    expect(await collect(room)).toEqual([]);
    const conversation = api.conversations.get({ conversation_id: room });
    await expect(conversation).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("stores the longest content and returns it unchanged", async () => {
    const room = "\u{1F3E0}".repeat(128 - 36) + randomUUID();
    const sent = { id: "x".repeat(64 - 36) + randomUUID(), content: "\u{1F600}".repeat(16_384) };
    await sendTo(room, { ...sent, user_id: "\u{1F469}".repeat(128) });
    expect(await collect(room)).toMatchObject([{ ...sent, user_id: "\u{1F469}".repeat(128) }]);
  });
});

describe("messages.get", () => {
  it("reads the message at a position", async () => {
    const room = newRoom();
    await sendTo(room);
    const { message } = await sendTo(room);
    expect(await api.messages.get({ conversation_id: room, seq: 2 })).toEqual(message);
  });

  it.each([2, Number.MAX_SAFE_INTEGER])(
    "finds nothing at position %d of a log of 1",
    async (seq) => {
      const room = newRoom();
      await sendTo(room);
      const call = api.messages.get({ conversation_id: room, seq });
      await expect(call).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "not_found" } });
    },
  );

  it("finds nothing in an unknown conversation, nor in the notes of a user with its id", async () => {
    const name = newRoom();
    await api.notes.send({ user_id: name, content: "mine" });
    const call = api.messages.get({ conversation_id: name, seq: 1 });
    await expect(call).rejects.toMatchObject({ cause: { code: "not_found" } });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("refuses the position %d", async (seq) => {
    const call = api.messages.get({ conversation_id: "room", seq });
    await expect(call).rejects.toMatchObject({ cause: { issues: [{ path: "seq" }] } });
  });
});

function newRoom(): string {
  return randomUUID();
}

function sendTo(
  conversation_id: string,
  fields: { id?: string; user_id?: string; content?: string } = {},
) {
  return api.messages.send({ user_id: "alice", content: "hi", ...fields, conversation_id });
}

async function collect(conversation_id: string): Promise<Message[]> {
  const log: Message[] = [];
  for await (const message of await api.messages.all({ conversation_id })) log.push(message);
  return log;
}
