import type { Conversation } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type ProblemBody,
  pathOf,
  type RestServer,
  startRest,
  unique,
} from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

const create = (body: object) => server.post<Conversation & ProblemBody>("/conversations/", body);
const read = async (id: string) =>
  (await server.get<Conversation>(pathOf("conversations", "by-id", id))).body;

describe("POST /conversations/", () => {
  it("creates a conversation", async () => {
    const { status, body } = await create({ user_ids: ["alice", "bob"] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      user_ids: ["alice", "bob"],
      messages: [],
      last_seq: 0,
      member_count: 2,
    });
    expect(body.last_activity_at).toBe(body.created_at);
    expect(await read(body.id)).toEqual(body);
  });

  it("answers 200 to the same again and 409 to other members", async () => {
    const id = unique("room");
    const first = await create({ id, user_ids: ["alice", "bob"] });
    const second = await create({ id, user_ids: ["alice", "bob"] });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    const other = await create({ id, user_ids: ["alice", "carol"] });
    expect([other.status, other.body.code]).toEqual([409, "conflict"]);
    expect(await read(id)).toEqual(first.body);
  });

  it("adds the members to one that came to be by sending", async () => {
    const id = unique("room");
    await server.post("/messages/", { user_id: "alice", content: "x", conversation_id: id });
    const { status, body } = await create({ id, user_ids: ["bob", "alice"] });
    expect([status, body.user_ids]).toEqual([200, ["alice", "bob"]]);
    expect(body.messages).toHaveLength(1);
  });
});

describe("members", () => {
  it("are added once and removed once", async () => {
    const { body } = await create({ user_ids: ["alice"] });
    const members = pathOf("conversations", body.id, "members");
    const bob = { conversation_id: body.id, user_id: "bob" };
    const first = await server.post(members, { user_id: "bob" });
    const second = await server.post(members, { user_id: "bob" });
    expect([first.status, first.body]).toEqual([201, { ...bob, added: true }]);
    expect([second.status, second.body]).toEqual([200, { ...bob, added: false }]);
    expect((await read(body.id)).user_ids).toEqual(["alice", "bob"]);

    const gone = await server.call("DELETE", `${members}/bob`);
    expect([gone.status, gone.body]).toEqual([204, ""]);
    const again = await server.call<ProblemBody>("DELETE", `${members}/bob`);
    expect([again.status, again.body.code]).toEqual([404, "not_found"]);
  });

  it("may all leave", async () => {
    const { body } = await create({ user_ids: ["alice"] });
    const path = pathOf("conversations", body.id, "members", "alice");
    expect((await server.call("DELETE", path)).status).toBe(204);
    expect(await read(body.id)).toMatchObject({ user_ids: [], member_count: 0 });
  });

  it("of an unknown conversation are 404", async () => {
    const members = pathOf("conversations", unique("room"), "members");
    expect((await server.post(members, { user_id: "bob" })).status).toBe(404);
    expect((await server.call("DELETE", `${members}/bob`)).status).toBe(404);
  });

  it("are not named twice in a request", async () => {
    const { body } = await create({ user_ids: ["alice"] });
    const members = pathOf("conversations", body.id, "members");
    const twice = { user_id: "bob", conversation_id: body.id };
    const { status, body: problem } = await server.post<ProblemBody>(members, twice);
    expect([status, problem.errors?.[0]?.path]).toEqual([422, "conversation_id"]);
    expect((await read(body.id)).user_ids).toEqual(["alice"]);
  });

  it("of a conversation called by-id are reached like any other's", async () => {
    await create({ id: "by-id", user_ids: ["alice"] });
    const added = await server.post("/conversations/by-id/members", { user_id: "bob" });
    expect([added.status, (await read("by-id")).user_ids]).toEqual([201, ["alice", "bob"]]);
    expect((await server.get("/conversations/by-id/members")).status).toBe(404);
    expect((await server.get("/conversations/by-id")).body).toEqual([]);
  });
});

describe("GET /conversations/{user_id}", () => {
  it("answers with all conversations, most recently active first", async () => {
    const user = unique("user");
    const rooms = Array.from({ length: 12 }, (_, n) => unique(`room-${n}`));
    for (const room of rooms) await create({ id: room, user_ids: [user] });
    for (const room of rooms.slice(0, 6)) {
      await server.post("/messages/", { user_id: user, content: "x", conversation_id: room });
    }
    const path = pathOf("conversations", user);
    const { body } = await server.get<Conversation[]>(path);
    expect(new Set(body.map(({ id }) => id))).toEqual(new Set(rooms));
    expect(new Set(body.slice(0, 6).map(({ id }) => id))).toEqual(new Set(rooms.slice(0, 6)));
    expect(body[0]?.messages).toHaveLength(1);

    const paged: Conversation[] = [];
    for (let query: string | undefined = "?limit=5"; query !== undefined; ) {
      const page: Answer<Conversation[]> = await server.get(path + query);
      paged.push(...page.body);
      query = /<([^>]*)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(paged).toEqual(body);
  });

  it("carries as many messages as it is asked for", async () => {
    const user = unique("user");
    const room = unique("room");
    for (const content of ["1", "2", "3"]) {
      await server.post("/messages/", { user_id: user, content, conversation_id: room });
    }
    for (const [query, contents] of [
      ["?messages=0", []],
      ["?messages=2", ["2", "3"]],
      ["", ["1", "2", "3"]],
      ["?messages=2&limit=1", ["2", "3"]],
    ] as const) {
      const { body } = await server.get<Conversation[]>(pathOf("conversations", user) + query);
      expect(body.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
        contents,
      ]);
    }
  });

  it("is empty for a user that nobody knows", async () => {
    expect((await server.get(pathOf("conversations", unique("user")))).body).toEqual([]);
  });

  it.each([
    "limit=0",
    "limit=1001",
    "messages=-1",
    "messages=1001",
    "cursor=!",
    "cursor=",
    "limit=1000&messages=11",
  ])("answers 422 to %s", async (query) => {
    const { status } = await server.get(`${pathOf("conversations", unique("user"))}?${query}`);
    expect(status).toBe(422);
  });
});

it("answers 404 for a conversation that is not there", async () => {
  const { status, body } = await server.get<ProblemBody>(
    pathOf("conversations", "by-id", unique("room")),
  );
  expect([status, body.code]).toEqual([404, "not_found"]);
});
