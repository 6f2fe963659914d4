import type { Conversation, MemberSettings } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

async function create() {
  const user_ids = [unique("ann"), "bob"];
  const { body } = await server.post<Conversation>("/conversations/", { user_ids });
  const [ann = ""] = user_ids;
  const at = pathOf("conversations", "by-id", body.id);
  const own = pathOf("conversations", body.id, "members", ann);
  return { conversation: body, id: body.id, ann, at, own };
}

describe("PATCH /conversations/by-id/{conversation_id}", () => {
  it("sets a title and metadata, and removes them with null", async () => {
    const { conversation, at } = await create();
    const patch = (body: object) => server.patch<Conversation>(at, body);
    const metadata = { color: "green", deep: { list: [1, null] } };
    const both = await patch({ title: "Tea", metadata });
    expect([both.status, both.body]).toEqual([200, { ...conversation, title: "Tea", metadata }]);
    expect((await patch({ metadata: null })).body).toEqual({ ...conversation, title: "Tea" });
    const slashed = await server.patch(`${at}/`, { title: null });
    expect([slashed.status, slashed.body]).toEqual([200, conversation]);
  });

  it("is seen at once by who asks whether it is the same", async () => {
    const { ann, at } = await create();
    for (const path of [at, `${pathOf("conversations", ann)}?limit=5`]) {
      const { headers } = await server.get<unknown>(path);
      const init = { headers: { "if-none-match": headers.get("etag") ?? "" } };
      expect((await server.call("GET", path, init)).status).toBe(304);
      await server.patch(at, { title: unique("title") });
      expect((await server.call("GET", path, init)).status).toBe(200);
    }
  });

  it.each<[string, unknown]>([
    ["title", {}],
    ["title", { title: "" }],
    ["title", { title: " \n" }],
    ["title", { title: "x".repeat(201) }],
    ["title", { title: "a\0" }],
    ["title", { title: 7 }],
    ["metadata", { title: "Tea", metadata: [] }],
    ["conversation_id", { title: "Tea", conversation_id: "other" }],
    ["user_ids", { title: "Tea", user_ids: [] }],
    ["id", { title: "Tea", id: "other" }],
  ])("is refused by its %s, and changes nothing: %j", async (path, change) => {
    const { conversation, at } = await create();
    const { status, body } = await server.patch<ProblemBody>(at, change);
    expect([status, body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
    expect((await server.get<Conversation>(at)).body).toEqual(conversation);
  });

  it("answers 404 where there is no conversation", async () => {
    const path = pathOf("conversations", "by-id", unique("room"));
    const { status, body } = await server.patch<ProblemBody>(path, { title: "Tea" });
    expect([status, body.code]).toEqual([404, "not_found"]);
    expect((await server.get(path)).status).toBe(404);
  });
});

describe("PATCH /conversations/{conversation_id}/members/{user_id}", () => {
  const none = { muted_until: null, pinned: false, archived: false };

  it("changes what is given, and answers with all settings", async () => {
    const { id, ann, own } = await create();
    const member = { conversation_id: id, user_id: ann };
    const patch = (body: object) => server.patch<MemberSettings>(own, body);
    const first = await patch({ pinned: true, muted_until: "2030-01-01T00:00:00-02:30" });
    const muted_until = "2030-01-01T02:30:00.000Z";
    expect([first.status, first.body]).toEqual([
      200,
      { ...member, ...none, pinned: true, muted_until },
    ]);
    expect((await patch({ archived: true, pinned: null })).body).toEqual({
      ...member,
      ...{ muted_until, pinned: true, archived: true },
    });
    const slashed = await server.patch(`${own}/`, {
      ...{ muted_until: null, pinned: false },
      archived: false,
    });
    expect(slashed.body).toEqual({ ...member, ...none });
  });

  it.each<[string, unknown]>([
    ["muted_until", {}],
    ["muted_until", { pinned: null, archived: null }],
    ["muted_until", { muted_until: "2030-01-01" }],
    ["muted_until", { muted_until: "2030-02-30T00:00:00Z" }],
    ["muted_until", { muted_until: "9999-12-31T23:59:59-01:00" }],
    ["muted_until", { muted_until: 0 }],
    ["pinned", { pinned: "true" }],
    ["archived", { archived: 1 }],
    ["user_id", { pinned: true, user_id: "bob" }],
    ["read_seq", { pinned: true, read_seq: 0 }],
  ])("is refused by its %s, and changes nothing: %j", async (path, change) => {
    const { ann, own } = await create();
    const { status, body } = await server.patch<ProblemBody>(own, change);
    expect([status, body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
    const inbox = await server.get<object[]>(pathOf("conversations", ann));
    expect(inbox.body).toMatchObject([none]);
  });

  it("answers 404 to who is no member, or no longer", async () => {
    const { id, ann, own } = await create();
    await server.call("DELETE", own);
    for (const path of [
      own,
      pathOf("conversations", id, "members", "eve"),
      pathOf("conversations", unique("room"), "members", ann),
    ]) {
      const { status, body } = await server.patch<ProblemBody>(path, { pinned: true });
      expect([status, body.code]).toEqual([404, "not_found"]);
    }
  });
});
