import { randomUUID } from "node:crypto";
import { type Message, StoreError } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";
import { overStore } from "../support/stores.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("POST /messages/", () => {
  it("stores a message and answers with it", async () => {
    const room = unique("room");
    const sent = { user_id: "alice", content: "Hello, \u{1F600}!", conversation_id: room };
    const { status, body } = await server.post("/messages/", sent);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...sent, seq: 1 });
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await server.get(pathOf("messages", room))).body).toEqual([body]);
  });

  it.each([{ conversation_id: null }, {}])("stores a note with %j", async (where) => {
    const user = unique("user");
    const { status, body } = await server.post("/messages/", {
      user_id: user,
      content: "x",
      ...where,
    });
    expect([status, body.conversation_id]).toEqual([201, null]);
    expect((await server.get(pathOf("users", user, "notes"))).body).toEqual([body]);
  });

  it("answers 200 and the stored one to the same id and body again", async () => {
    const sent = {
      id: randomUUID(),
      user_id: "alice",
      content: "x",
      conversation_id: unique("room"),
    };
    const first = await server.post("/messages/", sent);
    const second = await server.post("/messages/", sent);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
  });

  it("answers 409 to the same id and another body, and changes nothing", async () => {
    const room = unique("room");
    const sent = { id: randomUUID(), user_id: "alice", content: "x", conversation_id: room };
    const { body } = await server.post("/messages/", sent);
    const again = await server.post<ProblemBody>("/messages/", { ...sent, content: "y" });
    expect([again.status, again.body.code]).toEqual([409, "conflict"]);
    expect((await server.get(pathOf("messages", room))).body).toEqual([body]);
  });

  it("names the id when the store is away, chosen or not", async () => {
    await using away = await startRest({
      store: overStore(server.store, {
        log: {
          append: () =>
            Promise.reject(new StoreError("unavailable", "secret-host:27017 timed out")),
        },
      }),
    });
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    for (const id of [undefined, randomUUID()]) {
      const { status, headers, body } = await away.post<ProblemBody>("/messages/", { id, ...sent });
      expect([status, headers.get("retry-after")]).toEqual([503, "2"]);
      expect(body.id).toEqual(id ?? expect.stringMatching(/^[0-9a-f-]{36}$/));
      expect(JSON.stringify(body)).not.toContain("secret");
      const { status: later } = await server.post("/messages/", { ...sent, id: body.id });
      expect(later).toBe(201);
    }
  });

  it("shows nothing of an error that nobody expected, and logs it", async () => {
    await using broken = await startRest({
      store: overStore(server.store, {
        log: { append: () => Promise.reject(new Error("secret detail")) },
      }),
    });
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    const { status, body } = await broken.post<ProblemBody>("/messages/", sent);
    expect([status, body.code]).toEqual([500, "internal"]);
    expect(JSON.stringify(body)).not.toContain("secret");
    const line = broken.log.find(({ level }) => level === 50);
    expect(line).toMatchObject({ request_id: body.request_id });
    expect(JSON.stringify(line)).toContain("secret detail");
  });
});

describe("the Idempotency-Key header", () => {
  const send = (body: object, key: string) =>
    server.post<Message & ProblemBody>("/messages/", body, { "idempotency-key": key });

  it("makes a repeat the same message", async () => {
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    const key = randomUUID();
    const [first, second] = [await send(sent, key), await send(sent, key)];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
  });

  it("is one of its user and conversation", async () => {
    const key = randomUUID();
    const room = unique("room");
    const bodies = [
      { user_id: "alice", content: "x", conversation_id: room },
      { user_id: "bob", content: "x", conversation_id: room },
      { user_id: "alice", content: "x", conversation_id: unique("room") },
      { user_id: unique("alice"), content: "x" },
    ];
    const answers = await Promise.all(bodies.map((body) => send(body, key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4);
  });

  it("is a conflict with another body", async () => {
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    const key = randomUUID();
    await send(sent, key);
    const { status, body } = await send({ ...sent, content: "y" }, key);
    expect([status, body.code]).toEqual([409, "conflict"]);
  });

  it.each([
    ["an id in the body", { id: "chosen-id" }, "key"],
    ["nothing in it", {}, ""],
    ["more than 255 characters", {}, "k".repeat(256)],
    ["characters beyond ASCII", {}, "k\u00e9"],
  ])("is refused with %s", async (_, fields, key) => {
    const room = unique("room");
    const { status, body } = await send(
      { user_id: "alice", content: "x", conversation_id: room, ...fields },
      key,
    );
    expect([status, body.code]).toEqual([422, "validation_failed"]);
    expect(body.errors?.[0]?.path).toBe("Idempotency-Key");
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });
});

describe("GET /messages/{conversation_id}/{seq}", () => {
  it("answers with one message", async () => {
    const room = unique("room");
    const { body } = await server.post("/messages/", {
      user_id: "a",
      content: "x",
      conversation_id: room,
    });
    expect((await server.get(pathOf("messages", room, "1"))).body).toEqual(body);
  });

  it.each(["2", "9007199254740991"])("answers 404 where there is none: %s", async (seq) => {
    const { status, body } = await server.get<ProblemBody>(pathOf("messages", unique("room"), seq));
    expect([status, body.code]).toEqual([404, "not_found"]);
  });

  it.each(["0", "-1", "1.5", "01", "abc", "9007199254740992", "1e3"])(
    "answers 422 to %s",
    async (seq) => {
      const { status, body } = await server.get<ProblemBody>(
        pathOf("messages", unique("room"), seq),
      );
      expect([status, body.errors?.[0]?.path]).toEqual([422, "seq"]);
    },
  );
});
