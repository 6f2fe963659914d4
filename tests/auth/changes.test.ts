import { randomUUID } from "node:crypto";
import type { Entry, Message } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { pathOf } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { apiKey, claim, secret } from "./good-token.ts";

const credentials = { apiKeys: [apiKey], tokens: { key: { secret } } };
const perSecond = 50;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ trust: "nobody", credentials, sendsPerSecond: perSecond });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Who calls: `key` is a server, anybody else a user with a token. */
function bearerOf(who: string): string {
  return `Bearer ${who === "key" ? apiKey : claim({ sub: who })}`;
}

/** Calls `PATCH /path` as somebody, and reads the answer. */
async function call(who: string, target: string, body?: object) {
  const [method = "", path = ""] = target.split(" ");
  const response = await fetch(server.url + path, {
    method,
    headers: {
      authorization: bearerOf(who),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** Makes a conversation of ann and bob in which ann has said something, and gives its first path. */
async function makeRoom(): Promise<{ room: string; path: string; log(): Promise<Entry[]> }> {
  const room = randomUUID();
  await server.store.conversations.create({ id: room, user_ids: ["ann", "bob"] });
  const message = { id: randomUUID(), user_id: "ann", content: "first", conversation_id: room };
  await append(server.store, message);
  const log = () => server.store.log.page(`c:${room}`, { limit: 100, from: "oldest" });
  return { room, path: pathOf("messages", room, "1"), log };
}

describe("the author of a message", () => {
  it("edits and deletes it without being named", async () => {
    const { path } = await makeRoom();
    const edited = await call("ann", `PATCH ${path}`, { content: "second" });
    expect([edited.status, edited.body]).toMatchObject([200, { content: "second" }]);
    expect((await call("ann", `DELETE ${path}`)).status).toBe(204);
    expect((await call("ann", `PATCH ${path}`, { content: "third" })).status).toBe(404);
    expect((await call("ann", `DELETE ${path}`)).status).toBe(204);
  });

  it("is not who another member says it is", async () => {
    const { path } = await makeRoom();
    const body = { content: "x", user_id: "ann" };
    expect((await call("bob", `PATCH ${path}`, body)).status).toBe(403);
    expect((await call("bob", `DELETE ${path}?user_id=ann`)).status).toBe(403);
  });

  it("can do nothing any more where it is no longer a member", async () => {
    const { room, path, log } = await makeRoom();
    await server.store.members.leave({ conversation_id: room, user_id: "ann" });
    expect((await call("ann", `PATCH ${path}`, { content: "x" })).status).toBe(404);
    expect((await call("ann", `DELETE ${path}`)).status).toBe(404);
    expect((await call("ann", `PUT ${path}/reactions/+1`)).status).toBe(404);
    expect(await log()).toHaveLength(1);
  });
});

describe("another member", () => {
  it("neither edits nor deletes it, also once it is deleted", async () => {
    const { path, log } = await makeRoom();
    for (const count of [1, 2]) {
      const answers = [
        await call("bob", `PATCH ${path}`, { content: "mine" }),
        await call("bob", `DELETE ${path}`),
      ];
      for (const { status, body } of answers) {
        expect([status, body.code]).toEqual([403, "forbidden"]);
        expect(JSON.stringify(body)).not.toMatch(/ann|first/);
      }
      expect(await log()).toHaveLength(count);
      await call("ann", `DELETE ${path}`);
    }
  });

  it("gets 404 where there is no message, and not 403", async () => {
    const { path } = await makeRoom();
    const reacted = path.replace(/1$/, "2");
    await call("bob", `PUT ${path}/reactions/+1`);
    for (const target of [reacted, path.replace(/1$/, "3")]) {
      expect((await call("bob", `PATCH ${target}`, { content: "x" })).status).toBe(404);
      expect((await call("bob", `DELETE ${target}`)).status).toBe(404);
    }
  });

  it("reacts, with an empty body and with none at all", async () => {
    const { path, log } = await makeRoom();
    const reaction = `${path}/reactions/${encodeURIComponent("\u{1F44D}\u{1F3FD}")}`;
    expect((await call("bob", `PUT ${reaction}`)).status).toBe(201);
    expect((await call("bob", `PUT ${reaction}`, {})).status).toBe(200);
    expect((await call("ann", `PUT ${reaction}`, { user_id: "bob" })).status).toBe(403);
    expect((await call("ann", `DELETE ${reaction}?user_id=bob`)).status).toBe(403);
    expect((await call("ann", `DELETE ${reaction}`)).status).toBe(204);
    expect(await log()).toHaveLength(2);
    expect((await call("bob", `DELETE ${reaction}`)).status).toBe(204);
    expect(await log()).toHaveLength(3);
  });

  it("uses the id of nobody else, and a key of its own", async () => {
    const { room, path, log } = await makeRoom();
    const [{ id = "" } = {}] = await log();
    expect((await call("bob", `PUT ${path}/reactions/+1`, { id })).status).toBe(409);
    const keyed = async (who: string) => {
      const headers = { authorization: bearerOf(who), "idempotency-key": `of ${room}` };
      const url = `${server.url}${path}/reactions/+1`;
      return (await fetch(url, { method: "PUT", headers })).status;
    };
    expect([await keyed("ann"), await keyed("bob")]).toEqual([201, 201]);
    expect([await keyed("ann"), await keyed("bob")]).toEqual([200, 200]);
  });
});

describe("a stranger", () => {
  it("sees no difference between a conversation of others and none", async () => {
    const { path, log } = await makeRoom();
    const none = pathOf("messages", randomUUID(), "1");
    const calls: [string, object?][] = [
      ["PATCH ", { content: "x" }],
      ["DELETE "],
      ["PUT /reactions/+1"],
      ["DELETE /reactions/+1"],
      ["GET /reactions"],
      ["GET /replies"],
      ["GET /versions"],
    ];
    for (const [target, body] of calls) {
      const [method, rest] = target.split(" ");
      const there = await call("eve", `${method} ${path}${rest}`, body);
      const nowhere = await call("eve", `${method} ${none}${rest}`, body);
      expect([target, there.status]).toEqual([target, 404]);
      expect({ ...there.body, request_id: "" }).toEqual({ ...nowhere.body, request_id: "" });
    }
    expect(await log()).toHaveLength(1);
  });
});

describe("a server key", () => {
  it("acts for anyone, in anybody's messages, and makes nobody a member", async () => {
    const { room, path, log } = await makeRoom();
    const edited = await call("key", `PATCH ${path}`, { user_id: "moderator", content: "kind" });
    expect([edited.status, (edited.body as Message).user_id]).toEqual([200, "ann"]);
    const reaction = `${path}/reactions/+1`;
    expect((await call("key", `PUT ${reaction}`, { user_id: "bob" })).status).toBe(201);
    expect((await call("key", `DELETE ${reaction}?user_id=bob`)).status).toBe(204);
    expect((await call("key", `DELETE ${path}?user_id=moderator`)).status).toBe(204);
    expect((await log()).map(({ user_id }) => user_id)).toEqual([
      ...["ann", "moderator", "bob", "bob", "moderator"],
    ]);
    const [conversation] = await server.store.conversations.get([room], 0);
    expect(conversation?.user_ids).toEqual(["ann", "bob"]);
  });

  it("has to say for whom", async () => {
    const { path } = await makeRoom();
    const answers = [
      await call("key", `PATCH ${path}`, { content: "x" }),
      await call("key", `DELETE ${path}`),
      await call("key", `PUT ${path}/reactions/+1`),
      await call("key", `DELETE ${path}/reactions/+1`),
    ];
    for (const { status, body } of answers) {
      expect([status, body.errors]).toMatchObject([422, [{ path: "user_id" }]]);
    }
  });
});

it("changes count against the limit of a user, together with sends, also when they do nothing", async () => {
  await using limited = await startServer({ trust: "nobody", credentials, sendsPerSecond: 2 });
  await limited.store.conversations.create({ id: "tea", user_ids: ["ann"] });
  const message = { id: randomUUID(), user_id: "ann", content: "x", conversation_id: "tea" };
  await append(limited.store, message);
  const headers = { authorization: bearerOf("ann"), "content-type": "application/json" };
  const ask = (method: string, path: string, body?: object) =>
    fetch(limited.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const calls: Parameters<typeof ask>[] = [
    ["PATCH", "/messages/tea/1", { content: "y" }],
    ["PUT", "/messages/tea/1/reactions/+1"],
    ["DELETE", "/messages/tea/1/reactions/none"],
    ["DELETE", "/messages/tea/1"],
  ];
  const statuses = [];
  for (const one of calls) statuses.push((await ask(...one)).status);
  expect(statuses).toEqual([200, 201, 204, 204]);
  for (const one of calls) {
    const { status, headers: told } = await ask(...one);
    expect([one[0], status]).toEqual([one[0], 429]);
    expect(told.get("retry-after")).toMatch(/^\d+$/);
  }
  expect((await ask("GET", "/messages/tea/log?limit=9")).status).toBe(200);
});
