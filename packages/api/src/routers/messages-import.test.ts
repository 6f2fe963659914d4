import { randomUUID } from "node:crypto";
import { conversationStream, noteStream, openSqliteStore, readHead } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller, type RouterInputs } from "../root.ts";

type AnyLine = RouterInputs["messages"]["import"]["messages"][number];
type Line = Extract<AnyLine, { kind?: "message" | undefined }>;

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

const stored = { status: "stored" };
const existing = { status: "existing" };
const refused = { status: "refused", detail: expect.any(String) };

describe("messages.import", () => {
  it("keeps the given order, ids and times, also times that decrease", async () => {
    const room = randomUUID();
    const times = ["2020-01-02T03:04:05.678Z", "2010-01-01T00:00:00.000Z", "2030-01-01T00:00:00Z"];
    const lines = times.map((timestamp) => newLine({ conversation_id: room, timestamp }));
    expect(await api.messages.import({ messages: lines })).toEqual({
      results: [stored, stored, stored],
    });
    const { messages } = await api.messages.page({ conversation_id: room });
    expect(messages).toEqual(
      lines.map((line, index) => ({
        ...line,
        timestamp: new Date(line.timestamp ?? "").toISOString(),
        seq: index + 1,
      })),
    );
  });

  it("converts a time with an offset to UTC", async () => {
    const room = randomUUID();
    const line = newLine({ conversation_id: room, timestamp: "2020-01-02T03:04:05+05:30" });
    await api.messages.import({ messages: [line] });
    const message = await api.messages.get({ conversation_id: room, seq: 1 });
    expect(message.timestamp).toBe("2020-01-01T21:34:05.000Z");
    const sameMoment = { ...line, timestamp: "2020-01-01T21:34:05.000Z" };
    expect(await api.messages.import({ messages: [sameMoment] })).toEqual({ results: [existing] });
  });

  it("reports in the given order what was stored, existed, or was refused", async () => {
    const room = randomUUID();
    const old = newLine({ conversation_id: room });
    await api.messages.import({ messages: [old] });
    const fresh = newLine({ conversation_id: room });
    const messages = [fresh, newLine(), old, { ...old, content: "other" }, fresh];
    expect(await api.messages.import({ messages })).toEqual({
      results: [stored, stored, existing, refused, existing],
    });
    expect(await readHead(store.log, conversationStream(room))).toBe(2);
  });

  it("changes nothing when it is repeated", async () => {
    const room = randomUUID();
    const messages = [newLine({ conversation_id: room }), newLine({ conversation_id: room })];
    await api.messages.import({ messages });
    const before = await api.conversations.get({ conversation_id: room });
    expect(await api.messages.import({ messages })).toEqual({ results: [existing, existing] });
    expect(await api.conversations.get({ conversation_id: room })).toEqual(before);
  });

  it.each([undefined, null])(
    "stores a line with the conversation_id %s as a note",
    async (conversation_id) => {
      const user_id = randomUUID();
      await api.messages.import({ messages: [newLine({ user_id, conversation_id })] });
      expect(await readHead(store.log, noteStream(user_id))).toBe(1);
    },
  );

  it("reports a time that only the store refuses", async () => {
    const beforeYear0 = newLine({ timestamp: "0000-01-01T00:00:00+01:00" });
    expect(await api.messages.import({ messages: [newLine(), beforeYear0, newLine()] })).toEqual({
      results: [stored, refused, stored],
    });
  });

  it("takes 1,000 messages at once, in order", async () => {
    const room = randomUUID();
    const messages = Array.from({ length: 1_000 }, (_, index) =>
      newLine({ conversation_id: room, content: `${index}` }),
    );
    const { results } = await api.messages.import({ messages });
    expect(results).toEqual(messages.map(() => stored));
    const page = await api.messages.page({ conversation_id: room, limit: 1_000 });
    expect(page.messages.map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
  });

  it.each([
    ["no message", 0],
    ["1,001 messages", 1_001],
  ])("refuses %s and stores nothing", async (_, length) => {
    const room = randomUUID();
    const messages = Array.from({ length }, () => newLine({ conversation_id: room }));
    await expect(api.messages.import({ messages })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "messages" }] },
    });
    expect(await readHead(store.log, conversationStream(room))).toBe(0);
  });

  it("refuses all lines when one is invalid, and says which", async () => {
    const room = randomUUID();
    const messages = [newLine({ conversation_id: room }), newLine({ content: "a\0b" })];
    await expect(api.messages.import({ messages })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "messages.1.content" }] },
    });
    expect(await readHead(store.log, conversationStream(room))).toBe(0);
  });

  it("stores changes in the order of the lines, and each once", async () => {
    const conversation_id = randomUUID();
    const by = { user_id: "bob", conversation_id, target_seq: 1 };
    const timestamp = "2020-01-01T00:00:00.000Z";
    const messages: AnyLine[] = [
      newLine({ conversation_id, metadata: { a: 1 } }),
      { id: randomUUID(), ...by, kind: "edit", content: "edited", timestamp },
      { id: randomUUID(), ...by, kind: "reaction", key: "+1", added: true },
      newLine({ kind: "message", conversation_id, thread_seq: 1, reply_to: 1 }),
      { id: randomUUID(), ...by, kind: "reaction", key: "+1", added: false },
      { id: randomUUID(), ...by, kind: "reaction", key: "-1", added: true },
      { id: randomUUID(), ...by, target_seq: 4, kind: "deletion" },
    ];
    const { results } = await api.messages.import({ messages });
    expect(results).toEqual(messages.map(() => stored));
    const { entries } = await api.log.page({ conversation_id });
    expect(entries.map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
    expect(await api.messages.page({ conversation_id })).toMatchObject({
      messages: [
        {
          ...{ seq: 1, user_id: "alice", content: "edited", metadata: { a: 1 } },
          ...{ edited_at: timestamp, reactions: [{ key: "-1", user_ids: ["bob"] }] },
        },
      ],
    });
    expect(await api.messages.import({ messages })).toEqual({
      results: messages.map(() => existing),
    });
    expect((await api.log.page({ conversation_id })).entries).toEqual(entries);
  });

  it("refuses a change of what is no message, and stores the lines around it", async () => {
    const conversation_id = randomUUID();
    const by = { user_id: "bob", conversation_id };
    const messages: AnyLine[] = [
      { id: randomUUID(), ...by, kind: "deletion", target_seq: 1 },
      newLine({ conversation_id }),
      { id: randomUUID(), ...by, kind: "edit", content: "x", target_seq: 2 },
      newLine({ conversation_id, reply_to: 2 }),
      { id: randomUUID(), ...by, kind: "deletion", target_seq: 1 },
      { id: randomUUID(), ...by, kind: "reaction", key: "+1", added: true, target_seq: 1 },
    ];
    expect(await api.messages.import({ messages })).toEqual({
      results: [refused, stored, refused, refused, stored, refused],
    });
    expect((await api.log.page({ conversation_id })).entries).toHaveLength(2);
  });

  it("takes an import again after a message of it was deleted, and stores nothing", async () => {
    const conversation_id = randomUUID();
    const messages = [newLine({ conversation_id })];
    await api.messages.import({ messages });
    await api.messages.delete({ conversation_id, seq: 1, user_id: "alice" });
    expect(await api.messages.import({ messages })).toEqual({ results: [existing] });
    expect(await api.messages.page({ conversation_id })).toMatchObject({ messages: [] });
  });

  it("fails as a whole while the store is unavailable, since no outcome is known", async () => {
    const away = openSqliteStore(":memory:");
    await away.close();
    const caller = createCaller(createContext({ store: away, caller: trustedCaller }));
    await expect(caller.messages.import({ messages: [newLine()] })).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      cause: { code: "unavailable" },
    });
  });
});

function newLine(fields: Partial<Line> = {}): Line {
  const id = randomUUID();
  return { id, user_id: "alice", content: "hello", conversation_id: "elsewhere", ...fields };
}
