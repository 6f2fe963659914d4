import { randomUUID } from "node:crypto";
import type { Message, ReactionEntry, Reactor } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  linkOf,
  type ProblemBody,
  pathOf,
  type RestServer,
  startRest,
} from "../support/rest.ts";
import { say } from "../support/said.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

function react<TBody = ReactionEntry>(path: string, fields: object = {}, headers = {}) {
  return server.put<TBody>(path, { user_id: "ann", ...fields }, headers);
}

function unreact(path: string, query = "?user_id=ann", headers: Record<string, string> = {}) {
  return server.call("DELETE", `${path}${query}`, { headers });
}

async function logLength(room: string): Promise<number> {
  return (await server.get(`${pathOf("messages", room, "log")}?limit=1000`)).body.length;
}

describe("PUT and DELETE /messages/{conversation_id}/{seq}/reactions/{key}", () => {
  it("put a reaction on a message and take it off", async () => {
    const { at } = await say(server);
    const path = at(1, "reactions", "+1");
    const put = await react(path, { user_id: "bob" });
    expect(put.status).toBe(201);
    const reactions = [{ key: "+1", count: 1, user_ids: ["bob"] }];
    expect(put.body).toMatchObject({
      ...{ kind: "reaction", seq: 2, target_seq: 1, user_id: "bob" },
      ...{ key: "+1", added: true, reactions },
    });
    expect((await server.get(at(1))).body).toMatchObject({ reactions, changed_seq: 2 });
    const off = await unreact(path, "?user_id=bob");
    expect([off.status, off.body]).toEqual([204, ""]);
    expect((await server.get(at(1))).body).not.toHaveProperty("reactions");
  });

  it("write nothing when there is nothing to change", async () => {
    const { room, at } = await say(server);
    const path = at(1, "reactions", "+1");
    expect((await unreact(path)).status).toBe(204);
    expect(await logLength(room)).toBe(1);
    const first = await react(path);
    const second = await react(path);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect([(await unreact(path)).status, (await unreact(path)).status]).toEqual([204, 204]);
    expect(await logLength(room)).toBe(3);
  });

  it.each(["id", "Idempotency-Key"])("are idempotent under their %s", async (name) => {
    const { room, at } = await say(server);
    const path = at(1, "reactions", "+1");
    const key = randomUUID();
    const put = (to: string) =>
      name === "id" ? react(to, { id: key }) : react(to, {}, { "idempotency-key": key });
    const first = await put(path);
    const again = await put(path);
    expect([first.status, again.status, again.body]).toEqual([201, 200, first.body]);
    expect((await put(at(1, "reactions", "-1"))).status).toBe(409);
    const off = name === "id" ? `?user_id=ann&id=${key}` : "?user_id=ann";
    const headers = name === "id" ? {} : { "idempotency-key": key };
    expect((await unreact(path, off, headers)).status).toBe(409);
    // Another device takes it off: a late repeat does not put it there again.
    await unreact(path);
    expect((await put(path)).status).toBe(200);
    expect((await server.get(at(1))).body).not.toHaveProperty("reactions");
    expect(await logLength(room)).toBe(3);
  });

  it.each(["+1", "\u{1F44D}"])("count each of 50 users once: %s", async (key) => {
    const { room, at } = await say(server);
    const path = at(1, "reactions", key);
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    await Promise.all([...users, ...users].map((user) => react(path, { user_id: user })));
    const { body } = await server.get<Message>(at(1));
    expect(body.reactions).toMatchObject([{ key, count: 50 }]);
    expect(body.reactions?.[0]?.user_ids.toSorted()).toEqual(users.toSorted());
    expect(await logLength(room)).toBe(51);
  });

  it("refuse a key that is one too many, and take the others", async () => {
    const { at } = await say(server);
    for (let index = 0; index < 20; index++) await react(at(1, "reactions", `key-${index}`));
    const { status, body } = await react<ProblemBody>(at(1, "reactions", "another"));
    expect([status, body.code]).toEqual([409, "conflict"]);
    expect((await react(at(1, "reactions", "key-0"), { user_id: "bob" })).status).toBe(201);
    await unreact(at(1, "reactions", "key-7"));
    expect((await react(at(1, "reactions", "another"))).status).toBe(201);
  });

  it("cannot be done to what is no message", async () => {
    const { at } = await say(server);
    await react(at(1, "reactions", "+1"));
    for (const seq of [2, 3]) {
      expect((await react(at(seq, "reactions", "+1"))).status).toBe(404);
      expect((await unreact(at(seq, "reactions", "+1"))).status).toBe(404);
    }
    expect((await react(pathOf("messages", randomUUID(), "1", "reactions", "+1"))).status).toBe(
      404,
    );
  });

  it.each([
    ["user_id", undefined],
    ["user_id", "{}"],
    ["user_id", '{"user_id":7}'],
    ["id", '{"user_id":"ann","id":"short"}'],
    ["key", '{"user_id":"ann","key":"+1"}'],
    ["added", '{"user_id":"ann","added":false}'],
    ["__proto__", '{"user_id":"ann","__proto__":{"user_id":"bob"}}'],
  ])("name a wrong %s: %s", async (field, text) => {
    const { room, at } = await say(server);
    const { status, body } = await server.put<ProblemBody>(at(1, "reactions", "+1"), text);
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
    expect(await logLength(room)).toBe(1);
  });

  it.each(["[]", "7", "null", '"text"'])("take no body that is %s", async (text) => {
    const { at } = await say(server);
    expect((await server.put(at(1, "reactions", "+1"), text)).status).toBe(422);
  });
});

describe("GET /messages/{conversation_id}/{seq}/reactions", () => {
  it("pages who reacted, by key and then in their order", async () => {
    const { at } = await say(server);
    const wanted: [string, string][] = [];
    for (const key of ["b", "a", "\u{1F44D}"]) {
      for (const user of ["ann", "bob", "cleo"]) {
        await react(at(1, "reactions", key), { user_id: user });
        wanted.push([key, user]);
      }
    }
    await unreact(at(1, "reactions", "a"), "?user_id=bob");
    const sorted = wanted
      .filter(([key, user]) => key !== "a" || user !== "bob")
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const limit of [1, 3, 8, 1000]) {
      const seen: Reactor[] = [];
      let query: string | undefined = `?limit=${limit}`;
      while (query !== undefined) {
        const answer: Answer<Reactor[]> = await server.get<Reactor[]>(at(1, "reactions") + query);
        const { body } = answer;
        expect(body.length).toBeLessThanOrEqual(limit);
        seen.push(...body);
        query = linkOf(answer, "next");
      }
      expect(seen.map(({ key, user_id }) => [key, user_id])).toEqual(sorted);
    }
    const { body, headers } = await server.get<Reactor[]>(`${at(1, "reactions")}?key=a&limit=1`);
    expect(body).toMatchObject([{ key: "a", user_id: "ann", seq: 5 }]);
    const next = /<([^>]*)>/.exec(headers.get("link") ?? "")?.[1] ?? "";
    expect((await server.get(at(1, "reactions") + next)).body).toMatchObject([{ user_id: "cleo" }]);
  });

  it("is empty where nobody reacted, and 404 where there is no message", async () => {
    const { at } = await say(server);
    expect((await server.get(at(1, "reactions"))).body).toEqual([]);
    await react(at(1, "reactions", "+1"));
    for (const seq of [2, 3]) expect((await server.get(at(seq, "reactions"))).status).toBe(404);
  });

  it.each([
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["cursor", "cursor=nonsense"],
    ["cursor", `cursor=${Buffer.from('["a",0]').toString("base64url")}`],
    ["cursor", `cursor=${Buffer.from('["\\u0000",1]').toString("base64url")}`],
    [
      "cursor",
      `cursor=${Buffer.from('["2020-01-01T00:00:00.000Z","room"]').toString("base64url")}`,
    ],
    ["key", "key=%20"],
    ["before", "before=1"],
  ])("names a wrong %s: %s", async (field, query) => {
    const { at } = await say(server);
    const { status, body } = await server.get<ProblemBody>(`${at(1, "reactions")}?${query}`);
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
  });
});
