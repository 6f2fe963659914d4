import type { Entry } from "@chatnest/db";
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
import { say } from "../support/said.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("GET /messages/{conversation_id}/log", () => {
  it("has every entry, with the state of what it changes", async () => {
    const { room, at, send } = await say(server);
    await send({ thread_seq: 1, metadata: { a: 1 } });
    await server.patch(at(1), { user_id: "ann", content: "second" });
    await server.put(at(1, "reactions", "+1"), { user_id: "bob" });
    await server.call("DELETE", `${at(1, "reactions", "+1")}?user_id=bob`);
    await server.call("DELETE", `${at(2)}?user_id=ann`);
    const { status, body, headers } = await server.get<Entry[]>(pathOf("messages", room, "log"));
    expect([status, headers.get("link")]).toEqual([200, null]);
    const thread = { count: 0, last_seq: 0, last_at: body[0]?.timestamp };
    expect(body).toMatchObject([
      { kind: "message", seq: 1, content: "first" },
      { kind: "message", seq: 2, thread_seq: 1, erased: true, content: "" },
      { kind: "edit", seq: 3, target_seq: 1, edited: ["content"], content: "second" },
      { kind: "reaction", seq: 4, target_seq: 1, added: true, reactions: [{ count: 1 }] },
      { kind: "reaction", seq: 5, target_seq: 1, added: false, reactions: [] },
      { kind: "deletion", seq: 6, target_seq: 2, thread_seq: 1, thread_state: thread },
    ]);
    for (const entry of body) {
      expect(entry).toMatchObject({ conversation_id: room, id: expect.any(String) });
    }
    expect(body[1]).not.toHaveProperty("metadata");
  });

  it("is paged without holes", async () => {
    const { room, at } = await say(server);
    for (let index = 0; index < 12; index++) {
      await server.put(at(1, "reactions", "+1"), { user_id: `user-${index}` });
    }
    for (const limit of [1, 5, 13, 1000]) {
      const seen: number[] = [];
      let query: string | undefined = `?limit=${limit}`;
      while (query !== undefined) {
        const answer: Answer<Entry[]> = await server.get<Entry[]>(
          pathOf("messages", room, "log") + query,
        );
        const { body } = answer;
        expect(body.length).toBeLessThanOrEqual(limit);
        seen.push(...body.map(({ seq }) => seq));
        query = linkOf(answer, "next");
      }
      expect(seen).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
    }
  });

  it("goes on after a position, and ends at the head", async () => {
    const { room, send } = await say(server);
    for (let index = 0; index < 60; index++) await send();
    const read = async (query: string) =>
      (await server.get<Entry[]>(`${pathOf("messages", room, "log")}${query}`)).body;
    expect(await read("")).toHaveLength(50);
    expect((await read("?after=58")).map(({ seq }) => seq)).toEqual([59, 60, 61]);
    for (const after of [61, 62, Number.MAX_SAFE_INTEGER]) {
      expect(await read(`?after=${after}`)).toEqual([]);
    }
  });

  it("is empty where nothing was said", async () => {
    const { status, body } = await server.get(pathOf("messages", unique("room"), "log"));
    expect([status, body]).toEqual([200, []]);
  });

  it.each([
    ["after", "after=-1"],
    ["after", "after=x"],
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["before", "before=1"],
    ["user_id", "user_id=ann"],
  ])("names a wrong %s: %s", async (field, query) => {
    const path = pathOf("messages", unique("room"), "log");
    const { status, body } = await server.get<ProblemBody>(`${path}?${query}`);
    expect([status, body.errors?.map(({ path: at }) => at)]).toEqual([422, [field]]);
  });

  it("is found by its ETag until it grows", async () => {
    const { room, at } = await say(server);
    const paths = [pathOf("messages", room, "log"), `${pathOf("messages", room)}?limit=50`, at(1)];
    const tags = await Promise.all(
      paths.map(async (path) => (await server.get(path)).headers.get("etag") ?? ""),
    );
    const ask = async () =>
      Promise.all(
        paths.map(async (path, index) => {
          const headers = { "if-none-match": tags[index] ?? "" };
          return (await server.call("GET", path, { headers })).status;
        }),
      );
    expect(await ask()).toEqual([304, 304, 304]);
    await server.put(at(1, "reactions", "+1"), { user_id: "ann" });
    expect(await ask()).toEqual([200, 200, 200]);
  });
});

it("no change moves an inbox, or the time of its newest message", async () => {
  const { room, at, send } = await say(server);
  const { body: last } = await send();
  await server.patch(at(1), { user_id: "ann", content: "second" });
  await server.put(at(1, "reactions", "+1"), { user_id: "bob" });
  const { body } = await server.get<object>(pathOf("conversations", "by-id", room));
  expect(body).toMatchObject({
    last_seq: 4,
    last_activity_at: last.timestamp,
    messages: [{ seq: 1, content: "second", reactions: [{ key: "+1" }] }, last],
    user_ids: ["ann"],
  });
});
