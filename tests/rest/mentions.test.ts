import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

async function talk(user_ids = ["ann", "bob"]) {
  const room = unique("room");
  await server.post("/conversations/", { id: room, user_ids });
  const say = (mentions: unknown, fields: object = {}) =>
    server.post("/messages/", {
      ...{ user_id: "ann", content: "x", conversation_id: room },
      ...fields,
      mentions,
    });
  return { room, say };
}

describe("a message with mentions", () => {
  it("is stored with them, and posted whole again is the same", async () => {
    const { room, say } = await talk();
    for (const mentions of [["bob"], ["ann"], "everyone"]) {
      const { status, body } = await say(mentions);
      expect([status, body.mentions]).toEqual([201, mentions]);
      expect((await server.get<unknown>(pathOf("messages", room, `${body.seq}`))).body).toEqual(
        body,
      );
      const again = await server.post("/messages/", body);
      expect([again.status, again.body]).toEqual([200, body]);
    }
    const { body: entries } = await server.get<{ mentions?: unknown }[]>(
      pathOf("messages", room, "log"),
    );
    expect(entries.map(({ mentions }) => mentions)).toEqual([["bob"], ["ann"], "everyone"]);
  });

  it("has none when they are null", async () => {
    const { say } = await talk();
    const { status, body } = await say(null);
    expect([status, "mentions" in body]).toEqual([201, false]);
  });

  it.each<[string[], unknown]>([
    [["mentions"], []],
    [["mentions"], Array.from({ length: 51 }, (_, n) => `u${n}`)],
    [["mentions"], ["bob", "bob"]],
    [["mentions"], "all"],
    [["mentions"], 7],
    [["mentions"], { $ne: null }],
    [["mentions.1"], ["bob", null]],
    [
      ["mentions.0", "mentions.2"],
      ["..", "bob", 1],
    ],
    [
      ["mentions.1", "mentions.2"],
      ["bob", "eve", "Bob"],
    ],
  ])("is refused by name: %j", async (paths, mentions) => {
    const { room, say } = await talk();
    const { status, body } = await say(mentions);
    const problem = body as unknown as ProblemBody;
    expect([status, problem.code]).toEqual([422, "validation_failed"]);
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });

  it("cannot name a former member, and does not create a conversation", async () => {
    const { room, say } = await talk();
    await server.call("DELETE", pathOf("conversations", room, "members", "bob"));
    expect((await say(["bob"])).status).toBe(422);
    const nowhere = unique("room");
    expect((await say(["bob"], { conversation_id: nowhere })).status).toBe(422);
    expect((await server.get(pathOf("conversations", "by-id", nowhere))).status).toBe(404);
    expect((await say(["ann"], { conversation_id: nowhere })).status).toBe(201);
  });

  it("can name 50 members", async () => {
    const user_ids = Array.from({ length: 50 }, (_, n) => `u${n}`);
    const { say } = await talk(user_ids);
    const { status, body } = await say(user_ids, { user_id: "u0" });
    expect([status, body.mentions]).toEqual([201, user_ids]);
  });
});
