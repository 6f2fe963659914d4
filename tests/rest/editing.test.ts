import { randomUUID } from "node:crypto";
import type { Entry, Message, Version } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest } from "../support/rest.ts";
import { say } from "../support/said.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

function edit<TBody = Message>(path: string, body: object, headers?: Record<string, string>) {
  return server.patch<TBody>(path, { user_id: "ann", ...body }, headers);
}

describe("PATCH /messages/{conversation_id}/{seq}", () => {
  it("changes the content, keeps the place, and answers with the current message", async () => {
    const { room, at, send } = await say(server);
    await send();
    const { status, body } = await edit(at(1), { content: "better" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ seq: 1, content: "better", changed_seq: 3 });
    expect(body.edited_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await server.get(at(1))).body).toEqual(body);
    const { body: history } = await server.get(pathOf("messages", room));
    expect(history).toMatchObject([body, { seq: 2, content: "first" }]);
  });

  it("changes what is given, and nothing else", async () => {
    const { at, send } = await say(server);
    await send({ metadata: { color: "green" }, reply_to: 1 });
    expect((await edit(at(2), { content: "new" })).body).toMatchObject({
      content: "new",
      metadata: { color: "green" },
      reply_to: 1,
    });
    expect((await edit(at(2), { metadata: { color: "red" } })).body).toMatchObject({
      content: "new",
      metadata: { color: "red" },
    });
    const { body } = await edit(at(2), { metadata: null, content: null });
    expect(body.content).toBe("new");
    expect(body).not.toHaveProperty("metadata");
  });

  it.each([
    ["content", ""],
    ["content", 7],
    ["content", "a\0b"],
    ["content", "\ud800"],
    ["content", "x".repeat(16_385)],
    ["metadata", []],
    ["metadata", "text"],
    ["metadata", { text: "x".repeat(9 * 1024) }],
    ["metadata", { 1: { 2: { 3: { 4: { 5: {} } } } } }],
    ["user_id", "."],
    ["user_id", 7],
    ["id", "short"],
    ["id", { $ne: 1 }],
    ["seq", 1],
    ["conversation_id", "other"],
    ["unchanged_since", 1],
    ["reply_to", 1],
    ["thread_seq", 1],
    ["__proto__", { content: "x" }],
  ])("names a wrong %s and changes nothing: %j", async (field, value) => {
    const { room, at } = await say(server);
    const fields = Object.entries({ user_id: "ann", content: "y" });
    const others = fields.filter(([name]) => name !== field);
    const members = [...others, [field, value] as const].map(
      ([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`,
    );
    const { status, body } = await server.patch<ProblemBody>(at(1), `{${members.join()}}`);
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
    expect((await server.get(pathOf("messages", room, "log"))).body).toHaveLength(1);
  });

  it.each([{}, { content: null }])("is refused when it changes nothing: %j", async (body) => {
    const { at } = await say(server);
    const answer = await edit<ProblemBody>(at(1), body);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, "content"]);
  });

  it("cannot be done to what is no message", async () => {
    const { room, at } = await say(server);
    await edit(at(1), { content: "second" });
    await server.put(at(1, "reactions", "+1"), { user_id: "ann" });
    for (const seq of [2, 3, 4, Number.MAX_SAFE_INTEGER]) {
      const { status, body } = await edit<ProblemBody>(at(seq), { content: "x" });
      expect([seq, status, body.code]).toEqual([seq, 404, "not_found"]);
    }
    for (const seq of ["0", "-1", "1.5", "abc"]) {
      const path = pathOf("messages", room, seq);
      const { status, body } = await edit<ProblemBody>(path, { content: "x" });
      expect([seq, status, body.errors?.[0]?.path]).toEqual([seq, 422, "seq"]);
    }
  });

  it("creates no conversation", async () => {
    const room = randomUUID();
    expect((await edit(pathOf("messages", room, "1"), { content: "x" })).status).toBe(404);
    expect((await server.get(pathOf("conversations", "by-id", room))).status).toBe(404);
  });
});

describe("If-Match", () => {
  it("edits the version that the client has seen, and no other", async () => {
    const { at } = await say(server);
    const first = await edit(at(1), { content: "second" }, { "if-match": '"1"' });
    expect(first.status).toBe(200);
    const late = await edit<ProblemBody>(at(1), { content: "third" }, { "if-match": '"1"' });
    expect([late.status, late.body.code]).toEqual([412, "precondition_failed"]);
    const tag = `"${first.body.changed_seq}"`;
    expect((await edit(at(1), { content: "third" }, { "if-match": tag })).status).toBe(200);
    expect((await server.get<Message>(at(1))).body.content).toBe("third");
  });

  it("does not mind what is not about the text", async () => {
    const { at, send } = await say(server);
    await server.put(at(1, "reactions", "+1"), { user_id: "bob" });
    await send({ thread_seq: 1 });
    expect((await edit(at(1), { content: "x" }, { "if-match": '"1"' })).status).toBe(200);
  });

  it("lets one of many edits of a version win", async () => {
    const { at } = await say(server);
    const edits = Array.from({ length: 20 }, (_, index) =>
      edit(at(1), { content: `by ${index}` }, { "if-match": '"1"' }),
    );
    const statuses = (await Promise.all(edits)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(412)]);
  });

  it.each([
    "1",
    '""',
    '"0"',
    '"-1"',
    '"1.0"',
    '"01"',
    'W/"1"',
    '"1", "2"',
    "*",
    '"9007199254740992"',
    '"a"',
  ])("is a seq in quotes, and not %s", async (tag) => {
    const { at } = await say(server);
    const { status, body } = await edit<ProblemBody>(at(1), { content: "x" }, { "if-match": tag });
    expect([status, body.errors?.[0]?.path]).toEqual([422, "If-Match"]);
  });

  it("is no condition of a repeat, which has been stored", async () => {
    const { at } = await say(server);
    const body = { content: "second", id: randomUUID() };
    const headers = { "if-match": '"1"' };
    const first = await edit(at(1), body, headers);
    const again = await edit(at(1), body, headers);
    expect([again.status, again.body]).toEqual([200, first.body]);
  });
});

describe("an edit that is repeated", () => {
  it.each(["id", "Idempotency-Key"])("is stored once under its %s", async (name) => {
    const { room, at } = await say(server);
    const key = randomUUID();
    const call = (content: string) =>
      name === "id"
        ? edit<Message & ProblemBody>(at(1), { content, id: key })
        : edit<Message & ProblemBody>(at(1), { content }, { "idempotency-key": key });
    const first = await call("second");
    const again = await call("second");
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    const other = await call("third");
    expect([other.status, other.body.code]).toEqual([409, "conflict"]);
    expect((await server.get(pathOf("messages", room, "log"))).body).toHaveLength(2);
  });

  it("does not undo a later one, and answers with the current message", async () => {
    const { at } = await say(server);
    const id = randomUUID();
    await edit(at(1), { content: "second", id });
    await edit(at(1), { content: "third" });
    expect((await edit(at(1), { content: "second", id })).body.content).toBe("third");
  });

  it("is a conflict under the id of a message, or with an id and a key", async () => {
    const { at, send } = await say(server);
    const { body } = await send();
    expect((await edit(at(1), { content: "x", id: body.id })).status).toBe(409);
    const both = { "idempotency-key": "k" };
    const answer = await edit<ProblemBody>(at(1), { content: "x", id: randomUUID() }, both);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, "Idempotency-Key"]);
  });
});

describe("GET /messages/{conversation_id}/{seq}/versions", () => {
  it("lists what a message has said, oldest first", async () => {
    const { at } = await say(server);
    await edit(at(1), { content: "second", metadata: { a: 1 } });
    await edit(at(1), { content: "third", user_id: "key" });
    const { status, body } = await server.get<Version[]>(at(1, "versions"));
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { seq: 1, user_id: "ann", content: "first" },
      { seq: 2, user_id: "ann", content: "second", metadata: { a: 1 } },
      { seq: 3, user_id: "key", content: "third", metadata: { a: 1 } },
    ]);
    expect(body[0]).not.toHaveProperty("metadata");
  });

  it("has one version of what was never edited, and none of what is no message", async () => {
    const { room, at } = await say(server);
    expect((await server.get(at(1, "versions"))).body).toMatchObject([{ seq: 1 }]);
    await edit(at(1), { content: "second" });
    for (const path of [at(2, "versions"), at(3, "versions")]) {
      expect((await server.get(path)).status).toBe(404);
    }
    const log = await server.get<Entry[]>(pathOf("messages", room, "log"));
    expect(log.body.map(({ kind }) => kind)).toEqual(["message", "edit"]);
  });
});
