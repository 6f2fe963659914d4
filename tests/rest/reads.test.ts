import type { ReadState } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  linkOf,
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

/** Creates a conversation of two users, in which Bob has sent three messages. */
async function talk() {
  const room = unique("room");
  const user_ids = [unique("ann"), unique("bob")];
  const [ann = "", bob = ""] = user_ids;
  await server.post("/conversations/", { id: room, user_ids });
  const say = (fields: object = {}) =>
    server.post("/messages/", { user_id: bob, content: "x", conversation_id: room, ...fields });
  for (let count = 0; count < 3; count++) await say();
  const at = pathOf("messages", room, "reads");
  const own = `${at}${pathOf(ann)}`;
  const mark = (body: unknown) => server.put<ReadState & ProblemBody>(own, body);
  return { room, ann, bob, at, own, say, mark };
}

describe("PUT /messages/{conversation_id}/reads/{user_id}", () => {
  it("marks as read with a read_seq, and as unread with an unread_from", async () => {
    const { room, ann, own, mark } = await talk();
    const state = { conversation_id: room, user_id: ann, revision: 0, mention_count: 0 };
    const read = await mark({ read_seq: 3 });
    expect([read.status, read.body]).toEqual([200, { ...state, read_seq: 3, unread_count: 0 }]);
    expect([read.headers.get("etag"), read.headers.get("cache-control")]).toEqual([
      null,
      "no-store",
    ]);
    const unread = { ...state, revision: 1, read_seq: 1, unread_count: 2 };
    expect((await mark({ unread_from: 2 })).body).toEqual(unread);
    expect((await mark({ read_seq: 3, revision: 0 })).body).toEqual(unread);
    expect((await mark({ read_seq: 2, revision: 1 })).body).toMatchObject({ read_seq: 2 });
    expect((await mark({ read_seq: 0, revision: null })).body).toMatchObject({ read_seq: 2 });
    const slashed = await server.put<ReadState>(`${own}/`, { read_seq: 3 });
    expect([slashed.status, slashed.body.unread_count]).toEqual([200, 0]);
  });

  it.each<[string[], unknown]>([
    [["read_seq"], {}],
    [["read_seq"], { read_seq: null }],
    [["read_seq"], { read_seq: -1 }],
    [["read_seq"], { read_seq: 4 }],
    [["read_seq"], { read_seq: 1.5 }],
    [["read_seq"], { read_seq: "1" }],
    [["read_seq"], { read_seq: 2 ** 53 }],
    [["read_seq"], { read_seq: Number.MAX_SAFE_INTEGER }],
    [["read_seq"], { read_seq: { $gt: 0 } }],
    [["revision"], { read_seq: 1, revision: -1 }],
    [["unread_from"], { unread_from: null }],
    [["unread_from"], { unread_from: 0 }],
    [["unread_from"], { unread_from: 4 }],
    [["unread_from"], { unread_from: true }],
    [["read_seq"], { unread_from: 1, read_seq: 1 }],
    [["revision"], { unread_from: 1, revision: 0 }],
    [["user_id"], { read_seq: 1, user_id: "ann" }],
    [["seq"], { read_seq: 1, seq: 1 }],
  ])("is refused by its %j, and changes nothing: %j", async (paths, body) => {
    const { at, mark } = await talk();
    const before = await server.get<unknown>(at);
    const { status, body: problem } = await mark(body);
    expect([status, problem.code]).toEqual([422, "validation_failed"]);
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
    expect((await server.get<unknown>(at)).body).toEqual(before.body);
    expect((await mark({ read_seq: 0 })).body.revision).toBe(0);
  });

  it("needs a body, of JSON, and no query", async () => {
    const { own, mark } = await talk();
    expect((await mark(undefined)).status).toBe(400);
    expect((await mark("[]")).status).toBe(422);
    expect((await mark("{")).status).toBe(400);
    const asText = await server.put(own, "{}", { "content-type": "text/plain" });
    expect(asText.status).toBe(415);
    const { status, body } = await server.put<ProblemBody>(`${own}?read_seq=1`, { read_seq: 1 });
    expect([status, body.errors?.[0]?.path]).toEqual([422, "read_seq"]);
  });

  it("answers 404 to who is not in the conversation, or no longer, or to none", async () => {
    const { room, ann, bob, at, mark } = await talk();
    await server.call("DELETE", pathOf("conversations", room, "members", ann));
    for (const body of [{ read_seq: 1 }, { unread_from: 1 }]) {
      const stranger = await server.put<ProblemBody>(`${at}/stranger`, body);
      const nowhere = await server.put<ProblemBody>(
        pathOf("messages", unique("room"), "reads", bob),
        body,
      );
      for (const answer of [await mark(body), stranger, nowhere]) {
        expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
      }
    }
    expect((await server.get<unknown[]>(at)).body).toEqual([{ user_id: bob, read_seq: 3 }]);
  });

  it("is not how any other method marks", async () => {
    const { own } = await talk();
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      const { status, headers } = await server.call(method, own);
      expect([method, status, headers.get("allow")]).toEqual([method, 405, "PUT, OPTIONS"]);
    }
  });
});

describe("GET /messages/{conversation_id}/reads", () => {
  it("says how far each member has read, in pages that are linked", async () => {
    const { room, ann, bob, at, mark } = await talk();
    await mark({ read_seq: 2 });
    await server.post(pathOf("conversations", room, "members"), { user_id: "cy" });
    const all = [
      { user_id: ann, read_seq: 2 },
      { user_id: bob, read_seq: 3 },
      { user_id: "cy", read_seq: 3 },
    ];
    expect((await server.get<unknown[]>(at)).body).toEqual(all);
    const seen: unknown[] = [];
    for (let query: string | undefined = "?limit=2"; query !== undefined; ) {
      const page: Answer<unknown[]> = await server.get(at + query);
      seen.push(...page.body);
      query = linkOf(page, "next");
    }
    expect(seen).toEqual(all);
  });

  it("is new after each mark, also for who asks whether it is the same", async () => {
    const { at, mark } = await talk();
    const first = await server.get<unknown[]>(at);
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await server.call("GET", at, { headers })).status).toBe(304);
    await mark({ read_seq: 1 });
    const second = await server.call<object[]>("GET", at, { headers });
    expect([second.status, second.body[0]]).toMatchObject([200, { read_seq: 1 }]);
  });

  it.each([
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["cursor", "cursor=x"],
    ["cursor", "cursor="],
    ["user_id", "user_id=ann"],
    ["members", "members=1"],
  ])("refuses what is no %s: %s", async (path, query) => {
    const { at } = await talk();
    const { status, body } = await server.get<ProblemBody>(`${at}?${query}`);
    expect([status, body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
  });
});

describe("GET /users/{user_id}/unread", () => {
  it("counts over all conversations, and is new after each mark", async () => {
    const { ann, say, mark } = await talk();
    const path = pathOf("users", ann, "unread");
    const first = await server.get<unknown>(path);
    expect(first.body).toEqual({ conversations: 1, messages: 3, mentions: 0 });
    await say({ mentions: [ann] });
    expect((await server.get<unknown>(path)).body).toEqual({
      conversations: 1,
      messages: 4,
      mentions: 1,
    });
    await mark({ read_seq: 4 });
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    const { body } = await server.call("GET", `${path}/`, { headers });
    expect(body).toEqual({ conversations: 0, messages: 0, mentions: 0 });
  });

  it("is nothing for a user that nobody knows, and takes no query", async () => {
    const path = pathOf("users", unique("nobody"), "unread");
    expect((await server.get<unknown>(path)).body).toMatchObject({ conversations: 0 });
    expect((await server.get<unknown>(`${path}?limit=1`)).status).toBe(422);
  });
});
