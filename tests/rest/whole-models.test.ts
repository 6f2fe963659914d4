import type { Conversation, Message } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** What a client may have in a field that it has no say in. */
const anything: [string, unknown][] = [
  ["null", null],
  ["a text", "2001-01-01T00:00:00Z"],
  ["a number", -1],
  ["a list", [{ id: 1 }]],
  ["an object", { $ne: 1 }],
  ["31 levels", JSON.parse(`${"[".repeat(31)}${"]".repeat(31)}`)],
];

describe("a message that is posted whole", () => {
  it("is stored as if it had only what its sender says", async () => {
    const room = unique("room");
    const said = { user_id: "ann", content: "x", conversation_id: room };
    const { body: got } = await server.post("/messages/", said);
    const again = await server.post("/messages/", { ...got, conversation_id: unique("other") });
    expect([again.status, again.body.content]).toEqual([201, "x"]);
    const same = await server.post("/messages/", got);
    expect([same.status, same.body]).toEqual([200, got]);
  });

  it("is stored as it is now, without what others have made of it", async () => {
    const room = unique("room");
    const said = { user_id: "ann", content: "x", conversation_id: room };
    await server.post("/messages/", said);
    await server.patch(`${pathOf("messages", room, "1")}`, {
      user_id: "ann",
      content: "y",
    });
    await server.put(pathOf("messages", room, "1", "reactions", "+1"), { user_id: "bob" });
    const { body: got } = await server.get<Message>(pathOf("messages", room, "1"));
    expect(got).toMatchObject({ content: "y", reactions: [{ key: "+1" }], changed_seq: 3 });
    const { status, body } = await server.post("/messages/", {
      ...got,
      id: null,
      conversation_id: unique("other"),
    });
    expect([status, body]).toMatchObject([201, { content: "y", seq: 1 }]);
    expect(Object.keys(body)).toHaveLength(6);
  });

  it.each(anything)("is not asked what it has as its timestamp and seq: %s", async (_, value) => {
    const said = { user_id: "ann", content: "x", conversation_id: unique("room") };
    const { status, body } = await server.post("/messages/", {
      ...said,
      timestamp: value,
      seq: value,
    });
    expect([status, body]).toMatchObject([201, { ...said, seq: 1 }]);
    expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(60_000);
  });

  it("has no id when that is null, also beside an Idempotency-Key", async () => {
    const said = { id: null, user_id: "ann", content: "x", conversation_id: unique("room") };
    expect((await server.post("/messages/", said)).status).toBe(201);
    const key = { "idempotency-key": "k" };
    const first = await server.post("/messages/", said, key);
    const second = await server.post("/messages/", { ...said, seq: 1 }, key);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
  });

  it("is a note when its conversation is null", async () => {
    const user = unique("ann");
    const { body: note } = await server.post<Message>("/messages/", {
      user_id: user,
      content: "x",
    });
    expect(note.conversation_id).toBeNull();
    expect((await server.post("/messages/", note)).body).toEqual(note);
  });

  it.each(["user_id", "content"])("has to have its %s, which is not null", async (field) => {
    const said = { user_id: "ann", content: "x", [field]: null };
    const { status, body } = await server.post<ProblemBody>("/messages/", said);
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
  });

  it.each(["messages", "created_at", "last_seq", "edited", "__proto__"])(
    "is refused with a %s, which it never has",
    async (field) => {
      const room = unique("room");
      const text = `{"user_id":"ann","content":"x","conversation_id":"${room}","seq":1,"${field}":null}`;
      const { status, body } = await server.post<ProblemBody>("/messages/", text);
      expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
      expect((await server.get(pathOf("messages", room))).body).toEqual([]);
    },
  );
});

describe("a conversation that is posted whole", () => {
  it("is created as if it had only what its creator says, and is the same again", async () => {
    const room = unique("room");
    const said = { user_id: "ann", content: "x", conversation_id: room };
    await server.post("/messages/", said);
    const { body: got } = await server.get<Conversation>(pathOf("conversations", "by-id", room));
    expect(got.messages).toHaveLength(1);
    const copy = await server.post<Conversation>("/conversations/", { ...got, id: null });
    expect([copy.status, copy.body]).toMatchObject([
      201,
      { user_ids: ["ann"], messages: [], last_seq: 0, member_count: 1 },
    ]);
    const again = await server.post<Conversation>("/conversations/", copy.body);
    expect([again.status, again.body]).toEqual([200, copy.body]);
  });

  it("can be one of an inbox", async () => {
    const user = unique("ann");
    await server.post("/messages/", { user_id: user, content: "x", conversation_id: unique("r") });
    const { body: inbox } = await server.get<Conversation[]>(pathOf("conversations", user));
    expect(inbox[0]).toMatchObject({ unread_count: 0, pinned: false });
    const copy = await server.post<Conversation>("/conversations/", { ...inbox[0], id: null });
    expect([copy.status, copy.body]).toMatchObject([201, { user_ids: [user], last_seq: 0 }]);
  });

  it.each(anything)("is not asked what the server sets of it: %s", async (_, value) => {
    const names = ["messages", "created_at", "last_seq", "member_count", "last_activity_at"];
    const fields = Object.fromEntries(names.map((name) => [name, value]));
    const user = unique("ann");
    const sent = { user_ids: [user], ...fields };
    const { status, body } = await server.post<Conversation>("/conversations/", sent);
    expect([status, body.member_count, body.messages]).toEqual([201, 1, []]);
    expect(Math.abs(Date.parse(body.created_at) - Date.now())).toBeLessThan(60_000);
  });

  it("still is no larger and no deeper than any body", async () => {
    const user_ids = [unique("ann")];
    const messages = "x".repeat(300_000);
    expect((await server.post("/conversations/", { user_ids, messages })).status).toBe(413);
    const deep = JSON.parse(`${"[".repeat(32)}${"]".repeat(32)}`);
    expect((await server.post("/conversations/", { user_ids, messages: deep })).status).toBe(422);
  });
});

describe("the document", () => {
  interface Field {
    readOnly?: boolean;
    type?: string | string[];
    anyOf?: { type: string }[];
    pattern?: string;
  }
  type Schemas = Record<string, { properties: Record<string, Field> }>;

  it("says which fields are read-only, and which may be null", async () => {
    const response = await fetch(`${server.url}/openapi.json`);
    const { components } = (await response.json()) as { components: { schemas: Schemas } };
    const namesOf = (schema: string, isChosen: (field: Field) => unknown) => {
      const fields = Object.entries(components.schemas[schema]?.properties ?? {});
      return fields.filter(([, field]) => isChosen(field)).map(([name]) => name);
    };
    const isNullable = ({ anyOf = [] }: Field) => anyOf.some(({ type }) => type === "null");
    expect(namesOf("SendMessage", ({ readOnly }) => readOnly)).toEqual([
      ...["timestamp", "seq"],
      ...["edited_at", "deleted_at", "reactions", "thread", "changed_seq"],
    ]);
    expect(namesOf("SendMessage", isNullable)).toEqual(["id", "conversation_id"]);
    expect(namesOf("CreateConversation", isNullable)).toEqual(["id"]);
    expect(namesOf("CreateConversation", ({ readOnly }) => readOnly)).toEqual([
      "messages",
      "created_at",
      "last_seq",
      "member_count",
      "last_activity_at",
      ...["read_seq", "revision", "unread_count", "mention_count"],
      ...["muted_until", "pinned", "archived"],
    ]);
  });

  it("says what an id is", async () => {
    const text = await (await fetch(`${server.url}/openapi.json`)).text();
    const { paths } = JSON.parse(text) as {
      paths: Record<string, Record<string, { parameters?: { name: string; schema: Field }[] }>>;
    };
    const parameters = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ parameters = [] }) => parameters);
    const ids = parameters.filter(({ name }) => name.endsWith("_id"));
    expect(ids.length).toBeGreaterThanOrEqual(9);
    for (const { schema } of ids) {
      const pattern = new RegExp(schema.pattern ?? "missing", "u");
      expect(["alice", "[FiDo] ", "..."].every((id) => pattern.test(id))).toBe(true);
      expect([".", "..", " \u3000", "a\n", "a\u0085"].some((id) => pattern.test(id))).toBe(false);
    }
  });
});
