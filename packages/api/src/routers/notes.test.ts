import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("notes.send", () => {
  it("stores a note in its sender's own log", async () => {
    const note = { id: randomUUID(), user_id: randomUUID(), content: "buy tea" };
    const { message, created } = await api.notes.send(note);
    expect(created).toBe(true);
    expect(message).toEqual({
      ...note,
      conversation_id: null,
      seq: 1,
      timestamp: expect.any(String),
    });
    expect(await api.notes.get({ user_id: note.user_id, seq: 1 })).toEqual(message);
  });

  it("answers a repeat with the stored note, and refuses a different one with its id", async () => {
    const note = { id: randomUUID(), user_id: randomUUID(), content: "buy tea" };
    const { message } = await api.notes.send(note);
    expect(await api.notes.send(note)).toEqual({ message, created: false });
    const other = api.notes.send({ ...note, content: "buy milk" });
    await expect(other).rejects.toMatchObject({ cause: { code: "conflict" } });
    expect(await contentsOf(note.user_id)).toEqual(["buy tea"]);
  });

  it("recognizes a note that messages.send stored without a conversation", async () => {
    const note = { id: randomUUID(), user_id: randomUUID(), content: "buy tea" };
    const { message } = await api.messages.send(note);
    expect(await api.notes.send(note)).toEqual({ message, created: false });
  });

  it("creates no conversation", async () => {
    const user_id = randomUUID();
    await api.notes.send({ user_id, content: "buy tea" });
    expect((await api.conversations.page({ user_id })).conversations).toEqual([]);
    const call = api.conversations.get({ conversation_id: user_id });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each(["room", null])(
    "refuses the field conversation_id, also when it is %s",
    async (conversation_id) => {
      const note = { user_id: "alice", content: "buy tea", conversation_id };
      await expect(api.notes.send(note)).rejects.toMatchObject({
        cause: { issues: [{ path: "conversation_id", code: "unrecognized_keys" }] },
      });
    },
  );
});

describe("notes.get", () => {
  it.each([2, Number.MAX_SAFE_INTEGER])("finds nothing at position %d of one note", async (seq) => {
    const user_id = randomUUID();
    await api.notes.send({ user_id, content: "buy tea" });
    const call = api.notes.get({ user_id, seq });
    await expect(call).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "not_found" } });
  });

  it("finds no message of a conversation with the id of the user", async () => {
    const name = randomUUID();
    await api.messages.send({ user_id: name, content: "hi", conversation_id: name });
    const call = api.notes.get({ user_id: name, seq: 1 });
    await expect(call).rejects.toMatchObject({ cause: { code: "not_found" } });
  });

  it.each([0, -1, 1.5])("refuses the position %d", async (seq) => {
    const call = api.notes.get({ user_id: "alice", seq });
    await expect(call).rejects.toMatchObject({ cause: { issues: [{ path: "seq" }] } });
  });
});

describe("notes.all and notes.page", () => {
  it("read a user's notes in order, and no others", async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    for (const content of ["1", "2", "3"]) await api.notes.send({ user_id: ann, content });
    await api.notes.send({ user_id: bob, content: "other" });
    expect(await contentsOf(ann)).toEqual(["1", "2", "3"]);
    const page = await api.notes.page({ user_id: ann, limit: 2 });
    expect(page.messages.map(({ content }) => content)).toEqual(["2", "3"]);
    expect(page).toMatchObject({ prev: { before: 2 }, next: null });
    const older = await api.notes.page({ user_id: ann, limit: 2, ...page.prev });
    expect(older.messages.map(({ content }) => content)).toEqual(["1"]);
    expect(older).toMatchObject({ prev: null, next: { after: 1 } });
  });

  it("are empty for a user without notes", async () => {
    const user_id = randomUUID();
    expect(await contentsOf(user_id)).toEqual([]);
    expect(await api.notes.page({ user_id })).toEqual({
      messages: [],
      prev: null,
      next: null,
      read_to: null,
    });
  });

  it.each([0, 1_001])("refuse a page of %d", async (limit) => {
    const call = api.notes.page({ user_id: "alice", limit });
    await expect(call).rejects.toMatchObject({ cause: { issues: [{ path: "limit" }] } });
  });
});

async function contentsOf(user_id: string): Promise<string[]> {
  const contents: string[] = [];
  for await (const { content } of await api.notes.all({ user_id })) contents.push(content);
  return contents;
}
