import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Uses an id as a conversation's and as a user's, in every path that takes one. */
async function roundTrip(id: string): Promise<void> {
  const { status, body } = await server.post("/messages/", {
    user_id: id,
    content: "x",
    conversation_id: id,
  });
  expect([status, body.user_id, body.conversation_id]).toEqual([201, id, id]);
  const paths = [
    pathOf("messages", id),
    pathOf("messages", id, String(body.seq)),
    pathOf("conversations", "by-id", id),
    pathOf("conversations", id),
  ];
  for (const path of paths.flatMap((path) => [path, `${path}/`])) {
    const answer = await server.get<unknown>(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(id));
  }
  const member = pathOf("conversations", id, "members", id);
  expect((await server.call("DELETE", member)).status).toBe(204);
}

describe("an id in a path", () => {
  it.each([
    "|trey|",
    "[FiDo] ",
    " leading",
    "a/b",
    "a//b/",
    "a?b=c#d",
    "%41",
    "%2F",
    "100%",
    "a+b c",
    "...",
    "\\",
    "`^{}~'\"<>",
    "\u00fc",
    "u\u0308",
    "\u65e5\u672c\u8a9e",
    "\u{1F468}\u200d\u{1F469}",
    "\ufeffbom",
    "\ufffd",
    "members",
    "events",
    "__proto__",
    "constructor",
    "0",
    "007",
    "9007199254740993",
    "\u{1F600}".repeat(128),
  ])("comes back as it was sent: %j", roundTrip);

  it("comes back whatever it is", async () => {
    const id = fc
      .string({ unit: "binary", minLength: 1, maxLength: 128 })
      .filter(
        (text) => !/\p{Cc}/u.test(text) && text.trim() !== "" && text !== "." && text !== "..",
      );
    await fc.assert(fc.asyncProperty(id, roundTrip), { numRuns: 60 });
  });

  it("is decoded once and never twice", async () => {
    const once = unique("%2541");
    await server.post("/messages/", { user_id: "a", content: "x", conversation_id: once });
    expect((await server.get(pathOf("messages", once))).body).toHaveLength(1);
    expect((await server.get(`/messages/${once}`)).body).toEqual([]);
  });

  it("is refused when it can be no id", async () => {
    for (const id of ["%00", "a%0Ab", "%20%20", "i".repeat(129), "%C2%85"]) {
      const { status, body } = await server.get<ProblemBody>(`/messages/${id}`);
      expect([id, status, body.errors?.[0]?.path]).toEqual([id, 422, "conversation_id"]);
    }
  });
});

describe("a URL", () => {
  const broken = ["%", "%4", "%zz", "%ff", "%C3", "%ED%A0%80", "%F0%9F%98", "a%2", "%u0041"];

  it.each(broken)("is 400 with %s in its path or its query", async (part) => {
    const targets = [
      `/messages/${part}`,
      `/messages/room?limit=${part}`,
      `/messages/room?${part}=1`,
      `/${part}`,
      `/livez?${part}`,
    ];
    for (const target of targets) {
      const { status, body } = await sendRaw(server.port, [
        `GET ${target} HTTP/1.1`,
        "Host: localhost",
      ]);
      expect([target, status, JSON.parse(body)]).toMatchObject([
        target,
        400,
        { code: "bad_request" },
      ]);
    }
  });

  it("is 400 with bytes beyond ASCII, which would be another id, and with what ends a URL", async () => {
    for (const target of [
      "/messages/caf\u00c3\u00a9",
      "/messages/x?a=\u00e9",
      "/messages/a#b",
      "/messages/a\\b",
    ]) {
      const { status } = await sendRaw(server.port, [`GET ${target} HTTP/1.1`, "Host: localhost"]);
      expect([target, status]).toEqual([target, 400]);
    }
  });

  it("may hold characters that browsers leave as they are", async () => {
    await server.post("/messages/", { user_id: "a", content: "x", conversation_id: "|trey|" });
    const { body } = await sendRaw(server.port, [
      "GET /messages/|trey| HTTP/1.1",
      "Host: localhost",
    ]);
    expect(body).toContain('"conversation_id":"|trey|"');
  });

  it("may be whole", async () => {
    const lines = [
      `GET http://localhost:${server.port}/messages/nobody HTTP/1.1`,
      "Host: localhost",
    ];
    expect(await sendRaw(server.port, lines)).toMatchObject({ status: 200 });
  });

  it("is no way up", async () => {
    for (const target of [
      "/messages/../livez",
      "/messages/%2e%2e/livez",
      "/docs/../../etc/passwd",
    ]) {
      const { status } = await sendRaw(server.port, [`GET ${target} HTTP/1.1`, "Host: localhost"]);
      expect([target, status]).toEqual([
        target,
        expect.toSatisfy((code: number) => code === 404 || code === 422),
      ]);
    }
  });
});
