import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ProblemBody,
  pathOf,
  type RestServer,
  snapshot,
  startRest,
  unique,
} from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Values that no text field takes. */
const noTexts: [string, unknown][] = [
  ["a number", 7],
  ["a boolean", true],
  ["an array", ["x"]],
  ["an object", { $ne: "" }],
  ["nothing in it", ""],
  ["NUL", "a\0b"],
  ["half a character", "\ud800"],
  ["the other half", "x\udc00"],
];
/** Values that no user's or conversation's id takes. */
const noIds: [string, unknown][] = [
  ...noTexts,
  ["blanks", "  \u3000"],
  ["a dot", "."],
  ["two dots", ".."],
  ["a line end", "a\nb"],
  ["a control character", "a\u0085"],
  ["129 characters", "i".repeat(129)],
  ["129 characters of two units", "\u{1F600}".repeat(129)],
];
/** Values that no message's id takes. */
const noMessageIds: [string, unknown][] = [
  ...noTexts,
  ["7 characters", "1234567"],
  ["65 characters", "i".repeat(65)],
  ["other characters", "abc.defgh"],
];

/** Sends what has to be refused, and sees that nothing has changed. */
async function refused(
  path: string,
  field: string,
  body: Record<string, unknown>,
): Promise<ProblemBody> {
  const { status, body: problem } = await server.post<ProblemBody>(path, body);
  expect([status, problem.code]).toEqual([422, "validation_failed"]);
  expect(problem.errors?.map((error) => error.path.split(".")[0])).toContain(field);
  expect(problem.detail).toContain(field);
  return problem;
}

describe("a message", () => {
  const cases = [
    ...noIds.map((row) => ["user_id", ...row] as const),
    ["user_id", "null", null] as const,
    ...noIds.map((row) => ["conversation_id", ...row] as const),
    ...noTexts.map((row) => ["content", ...row] as const),
    ["content", "null", null] as const,
    ["content", "16,385 characters", "c".repeat(16_385)] as const,
    ["content", "16,385 characters of two units", "\u{1F600}".repeat(16_385)] as const,
    ...noMessageIds.map((row) => ["id", ...row] as const),
  ];

  it.each(cases)("is refused with a %s of %s", async (field, _, value) => {
    const [room, user] = [unique("room"), unique("user")];
    const sent = { user_id: user, content: "x", conversation_id: room };
    await server.post("/messages/", sent);
    const before = await snapshot(server, room, user);
    await refused("/messages/", field, { ...sent, [field]: value });
    expect(await snapshot(server, room, user)).toEqual(before);
  });

  it.each(["user_id", "content"])("is refused without %s", async (field) => {
    const room = unique("room");
    await refused("/messages/", field, {
      user_id: "a",
      content: "x",
      conversation_id: room,
      [field]: undefined,
    });
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });

  it.each([
    ["created_at", '"2026-01-01T00:00:00.000Z"'],
    ["user_ids", "[]"],
    ["foo", "{}"],
    ["", "1"],
    ["__proto__", '{"polluted":true}'],
    ["constructor", '{"prototype":{"polluted":true}}'],
    ["toString", "1"],
  ])("is refused with the unknown field %j, by name", async (name, value) => {
    const room = unique("room");
    const body = `{"user_id":"alice","content":"x","conversation_id":"${room}",${JSON.stringify(name)}:${value}}`;
    const { status, body: problem } = await server.post<ProblemBody>("/messages/", body);
    expect(status).toBe(422);
    expect(problem.errors).toEqual([
      { path: name, code: "unrecognized_keys", message: "unknown field" },
    ]);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("is refused with a half character that is written out", async () => {
    const room = unique("room");
    const body = `{"user_id":"alice","content":"\\ud800","conversation_id":"${room}"}`;
    expect((await server.post("/messages/", body)).status).toBe(422);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });

  it("says all that is wrong at once, but not without end", async () => {
    const two = await server.post<ProblemBody>("/messages/", { user_id: 1, foo: 1 });
    expect(two.body.errors?.map(({ path }) => path).toSorted()).toEqual([
      "content",
      "foo",
      "user_id",
    ]);
    const names = Array.from({ length: 20_000 }, (_, n) => [`f${n}`, 0]);
    const many = await server.post<ProblemBody>("/messages/", Object.fromEntries(names));
    expect(many.status).toBe(422);
    expect(JSON.stringify(many.body).length).toBeLessThan(4_096);
  });

  it("is as long as the limits say", async () => {
    const fields = {
      id: "i".repeat(64 - 36) + randomUUID(),
      user_id: "\u{1F600}".repeat(128),
      content: "\u{1F600}".repeat(16_384),
      conversation_id: `${"r".repeat(128 - 36)}${randomUUID()}`,
    };
    const { status, body } = await server.post("/messages/", fields);
    expect([status, body]).toEqual([201, { ...body, ...fields }]);
  });
});

describe("a conversation", () => {
  const noMembers: [string, unknown][] = [
    ["no array", "alice"],
    ["null", null],
    ["nobody", []],
    ["somebody twice", ["alice", "bob", "alice"]],
    ["1,001 users", Array.from({ length: 1_001 }, (_, n) => `u${n}`)],
    ...noIds.map(([name, value]): [string, unknown] => [name, ["alice", value]]),
  ];

  it.each(noMembers)("is refused with members of %s", async (_, user_ids) => {
    const id = unique("room");
    await refused("/conversations/", "user_ids", { id, user_ids });
    expect(await snapshot(server, id, "alice")).toMatchObject({ conversations: [] });
  });

  it.each(noIds)("is refused with an id of %s", async (_, id) => {
    const user = unique("user");
    await refused("/conversations/", "id", { id, user_ids: [user] });
    expect(await snapshot(server, "none", user)).toMatchObject({ inbox: [] });
  });

  it.each(["timestamp", "seq", "title", "user_id"])("is refused with %s", async (field) => {
    const user = unique("user");
    await refused("/conversations/", field, { user_ids: [user], [field]: [] });
    expect(await snapshot(server, "none", user)).toMatchObject({ inbox: [] });
  });
});

describe("a member", () => {
  it.each([
    ...noIds,
    ["null", null] as [string, unknown],
    ["nothing", undefined] as [string, unknown],
  ])("is refused with an id of %s", async (_, user_id) => {
    const id = unique("room");
    await server.post("/conversations/", { id, user_ids: ["alice"] });
    const before = await snapshot(server, id, "alice");
    await refused(pathOf("conversations", id, "members"), "user_id", { user_id });
    expect(await snapshot(server, id, "alice")).toEqual(before);
  });

  it("is refused with unknown fields", async () => {
    const id = unique("room");
    await server.post("/conversations/", { id, user_ids: ["alice"] });
    await refused(pathOf("conversations", id, "members"), "role", {
      user_id: "bob",
      role: "owner",
    });
  });
});

describe("a query", () => {
  it.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=-1", "limit"],
    ["limit=abc", "limit"],
    ["limit=1.5", "limit"],
    ["limit=1e2", "limit"],
    ["limit=+1", "limit"],
    ["limit=01", "limit"],
    ["limit=", "limit"],
    ["limit", "limit"],
    ["limit=9007199254740992", "limit"],
    ["before=-1", "before"],
    ["after=x", "after"],
    ["after=9999999999999999999999", "after"],
    ["limit=1&limit=2", "limit"],
    ["limit=1&limit=1", "limit"],
    ["foo=1", "foo"],
    ["limit=1&foo=1", "foo"],
    ["Limit=1", "Limit"],
    ["limit[]=1", "limit[]"],
    ["__proto__=1", "__proto__"],
    ["conversation_id=other", "conversation_id"],
  ])("of a history is refused: %s", async (query, field) => {
    const { status, body } = await server.get<ProblemBody>(`/messages/room?${query}`);
    expect([status, body.code]).toEqual([422, "validation_failed"]);
    expect(body.errors?.map(({ path }) => path)).toContain(field);
  });

  it("is refused where there is none", async () => {
    const room = unique("room");
    const sent = { user_id: "alice", content: "x", conversation_id: room };
    const { status, body } = await server.post<ProblemBody>("/messages/?dry=1", sent);
    expect([status, body.errors?.[0]?.path]).toEqual([422, "dry"]);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
    const gone = await server.call(
      "DELETE",
      `${pathOf("conversations", room, "members", "a")}?x=1`,
    );
    expect(gone.status).toBe(422);
  });
});
