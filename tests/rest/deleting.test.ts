import { randomUUID } from "node:crypto";
import type { Entry, Message } from "@chatnest/db";
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

function remove(path: string, query = "?user_id=ann", headers: Record<string, string> = {}) {
  return server.call<ProblemBody | "">("DELETE", `${path}${query}`, { headers });
}

function edit<TBody = Message>(path: string, content: string, id?: string) {
  return server.patch<TBody>(path, { user_id: "ann", content, id });
}

async function readLog(room: string): Promise<Entry[]> {
  return (await server.get<Entry[]>(pathOf("messages", room, "log"))).body;
}

describe("DELETE /messages/{conversation_id}/{seq}", () => {
  it("takes the message out of history, and answers 204 without a body", async () => {
    const { room, at, send } = await say(server);
    await send({ content: "second" });
    const { status, body, headers } = await remove(at(1));
    expect([status, body, headers.get("cache-control")]).toEqual([204, "", "no-store"]);
    expect((await server.get(pathOf("messages", room))).body).toMatchObject([{ seq: 2 }]);
    for (const path of [at(1), at(1, "versions"), at(1, "reactions")]) {
      const answer = await server.get<ProblemBody>(path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, "not_found"]);
    }
  });

  it("leaves a stub where it is asked for", async () => {
    const { room, at } = await say(server);
    await server.put(at(1, "reactions", "+1"), { user_id: "bob" });
    await remove(at(1));
    for (const query of ["?deleted=include", "?deleted=include&limit=10"]) {
      const { body } = await server.get(pathOf("messages", room) + query);
      expect(body).toMatchObject([{ seq: 1, user_id: "ann", content: "", changed_seq: 3 }]);
      expect(body[0]?.deleted_at).toMatch(/Z$/);
      expect(body[0]).not.toHaveProperty("reactions");
    }
  });

  it("leaves nothing of any text in any answer", async () => {
    const { room, at, send } = await say(server);
    const secrets = ["tulip", "orchid", "dahlia"];
    await send({ content: "tulip", metadata: { secret: "orchid" }, reply_to: 1 });
    await edit(at(2), "dahlia");
    await remove(at(2));
    const paths = [
      ...[pathOf("messages", room), pathOf("messages", room, "log")],
      ...[`${pathOf("messages", room)}?deleted=include`, `${pathOf("messages", room)}?limit=9`],
      ...[at(2), at(2, "versions"), at(2, "replies"), at(1, "replies")],
      ...[pathOf("conversations", "by-id", room), pathOf("conversations", "ann")],
    ];
    for (const path of paths) {
      const text = JSON.stringify((await server.get(path)).body);
      for (const secret of secrets)
        expect([path, text]).toEqual([path, expect.not.stringContaining(secret)]);
    }
    expect(await readLog(room)).toMatchObject([
      { kind: "message", content: "first" },
      { kind: "message", content: "", erased: true },
      { kind: "edit", content: "", erased: true },
      { kind: "deletion", target_seq: 2 },
    ]);
  });

  it("is done once, however often it is asked for", async () => {
    const { room, at } = await say(server);
    const id = randomUUID();
    const queries = ["?user_id=ann", "?user_id=ann", `?user_id=ann&id=${id}`, "?user_id=bob"];
    for (const query of queries) expect((await remove(at(1), query)).status).toBe(204);
    const key = { "idempotency-key": "k" };
    expect((await remove(at(1), "?user_id=ann", key)).status).toBe(204);
    expect(await readLog(room)).toHaveLength(2);
  });

  it.each(["id", "Idempotency-Key"])("is idempotent under its %s", async (name) => {
    const { room, at, send } = await say(server);
    await send();
    const key = randomUUID();
    const call = (seq: number) =>
      name === "id"
        ? remove(at(seq), `?user_id=ann&id=${key}`)
        : remove(at(seq), "?user_id=ann", { "idempotency-key": key });
    expect([(await call(1)).status, (await call(1)).status]).toEqual([204, 204]);
    expect((await call(2)).status).toBe(409);
    expect(await readLog(room)).toHaveLength(3);
  });

  it("cannot be done to what is no message", async () => {
    const { at } = await say(server);
    await edit(at(1), "second");
    for (const seq of [2, 3]) expect((await remove(at(seq))).status).toBe(404);
    expect((await remove(pathOf("messages", randomUUID(), "1"))).status).toBe(404);
  });

  it.each([
    ["user_id", ""],
    ["user_id", "?user_id=."],
    ["id", "?user_id=ann&id=short"],
    ["content", "?user_id=ann&content=x"],
    ["seq", "?user_id=ann&seq=1"],
    ["__proto__", "?user_id=ann&__proto__=x"],
  ])("names a wrong %s: %s", async (field, query) => {
    const { room, at } = await say(server);
    const { status, body } = await remove(at(1), query);
    expect([status, body]).toMatchObject([422, { errors: [{ path: field }] }]);
    expect(await readLog(room)).toHaveLength(1);
  });
});

describe("after a deletion", () => {
  it("nothing can be done to the message any more", async () => {
    const { room, at } = await say(server);
    await remove(at(1));
    expect((await edit(at(1), "back")).status).toBe(404);
    const reaction = at(1, "reactions", "+1");
    expect((await server.put(reaction, { user_id: "ann" })).status).toBe(404);
    expect((await remove(reaction)).status).toBe(404);
    expect(await readLog(room)).toHaveLength(2);
  });

  it("a send that is repeated stores nothing, and shows the stub", async () => {
    const { room, at, send } = await say(server);
    const sent = { id: randomUUID(), content: "secret", metadata: { a: 1 } };
    await send(sent);
    await remove(at(2));
    const { status, body } = await send(sent);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: sent.id, seq: 2, content: "", changed_seq: 3 });
    expect(body.deleted_at).toMatch(/Z$/);
    expect(body).not.toHaveProperty("metadata");
    expect(await readLog(room)).toHaveLength(3);
    expect((await server.get(pathOf("messages", room))).body).toHaveLength(1);
  });

  it("an edit that is repeated stores nothing, and shows the stub", async () => {
    const { room, at } = await say(server);
    const id = randomUUID();
    await edit(at(1), "second", id);
    await remove(at(1));
    const { status, body } = await edit(at(1), "second", id);
    expect([status, body]).toMatchObject([200, { content: "", seq: 1 }]);
    expect(await readLog(room)).toHaveLength(3);
  });

  it("a page is still found, and its links lead past what is deleted", async () => {
    const { room, at, send } = await say(server);
    for (let index = 0; index < 9; index++) await send();
    for (let seq = 3; seq <= 8; seq++) await remove(at(seq));
    const seen: number[] = [];
    let query: string | undefined = "?limit=2&after=0";
    while (query !== undefined) {
      const answer: Answer<Message[]> = await server.get(pathOf("messages", room) + query);
      const { body } = answer;
      seen.push(...body.map(({ seq }) => seq));
      query = linkOf(answer, "next");
    }
    expect(seen).toEqual([1, 2, 9, 10]);
  });
});

it("a send that is repeated after an edit shows the current message", async () => {
  const { at, send } = await say(server);
  const sent = { id: randomUUID(), content: "as sent" };
  await send(sent);
  const { body: current } = await edit(at(2), "as edited");
  const { status, body } = await send(sent);
  expect([status, body]).toEqual([200, current]);
});
