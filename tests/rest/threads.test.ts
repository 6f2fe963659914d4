import type { Message } from "@chatnest/db";
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

const seqsOf = (messages: Message[]) => messages.map(({ seq }) => seq);

describe("a message that quotes, or belongs to a thread", () => {
  it("says so wherever it is shown", async () => {
    const { room, at, send } = await say(server);
    const { status, body } = await send({ reply_to: 1, thread_seq: 1 });
    expect([status, body]).toMatchObject([201, { seq: 2, reply_to: 1, thread_seq: 1 }]);
    expect((await server.get(at(2))).body).toEqual(body);
    const { body: history } = await server.get(pathOf("messages", room));
    expect(history[1]).toEqual(body);
    expect(history[0]).toMatchObject({
      thread: { count: 1, last_seq: 2, last_at: body.timestamp },
      changed_seq: 2,
    });
  });

  it.each(["reply_to", "thread_seq"])(
    "is refused when its %s is no message here",
    async (field) => {
      const { room, at, send } = await say(server);
      const other = await say(server);
      for (let index = 0; index < 9; index++) await other.send();
      await send({ content: "deleted" });
      await server.call("DELETE", `${at(2)}?user_id=ann`);
      await server.patch(at(1), { user_id: "ann", content: "edited" });
      await server.put(at(1, "reactions", "+1"), { user_id: "ann" });
      const targets = {
        "a deleted one": 2,
        "a deletion": 3,
        "an edit": 4,
        "a reaction": 5,
        itself: 6,
        "a message of another conversation": 7,
        "one in the future": 8,
        "one that is far away": Number.MAX_SAFE_INTEGER,
      };
      for (const [what, seq] of Object.entries(targets)) {
        const answer = await send({ [field]: seq });
        const { status, body } = answer as unknown as { status: number; body: ProblemBody };
        expect([what, status, body.code]).toEqual([what, 422, "validation_failed"]);
        expect([what, body.errors]).toMatchObject([what, [{ path: field }]]);
      }
      expect((await server.get(pathOf("messages", room, "log"))).body).toHaveLength(5);
    },
  );

  it.each([0, -1, 1.5, "1", [1], { $gt: 0 }, true, 2 ** 53])("is refused with %j", async (seq) => {
    const { room, send } = await say(server);
    for (const field of ["reply_to", "thread_seq"]) {
      const { status, body } = await send({ [field]: seq });
      expect([status, body]).toMatchObject([422, { errors: [{ path: field }] }]);
    }
    expect((await server.get(pathOf("messages", room))).body).toHaveLength(1);
  });

  it("cannot start a thread in a thread", async () => {
    const { send } = await say(server);
    await send({ thread_seq: 1 });
    const { status, body } = await send({ thread_seq: 2 });
    expect([status, body]).toMatchObject([422, { errors: [{ path: "thread_seq" }] }]);
    expect((await send({ thread_seq: 1, reply_to: 2 })).status).toBe(201);
  });

  it("does not create a conversation, also when it is refused", async () => {
    const room = unique("room");
    const sent = { user_id: "ann", content: "x", conversation_id: room, reply_to: 1 };
    expect((await server.post("/messages/", sent)).status).toBe(422);
    expect((await server.get(pathOf("conversations", "by-id", room))).status).toBe(404);
  });

  it("is one message, and not the same without it", async () => {
    const { send } = await say(server);
    const sent = { id: unique("id"), reply_to: 1 };
    expect([(await send(sent)).status, (await send(sent)).status]).toEqual([201, 200]);
    expect((await send({ id: sent.id })).status).toBe(409);
    expect((await send({ id: sent.id, thread_seq: 1 })).status).toBe(409);
  });
});

describe("GET /messages/{conversation_id}/{seq}/replies", () => {
  it("pages a thread, in both directions", async () => {
    const { at, send } = await say(server);
    const replies: number[] = [];
    for (let index = 0; index < 7; index++) {
      replies.push((await send({ thread_seq: 1 })).body.seq);
      await send({ content: "beside it" });
    }
    for (const limit of [1, 3, 7, 50]) {
      for (const [rel, first] of [
        ["next", `?limit=${limit}&after=0`],
        ["prev", `?limit=${limit}`],
      ] as const) {
        const seen: number[] = [];
        let query: string | undefined = first;
        while (query !== undefined) {
          const answer: Answer<Message[]> = await server.get(at(1, "replies") + query);
          const { body } = answer;
          expect(body.length).toBeLessThanOrEqual(limit);
          if (rel === "next") seen.push(...seqsOf(body));
          else seen.unshift(...seqsOf(body));
          query = linkOf(answer, rel);
        }
        expect([limit, rel, seen]).toEqual([limit, rel, replies]);
      }
    }
  });

  it("outlives the message that started it", async () => {
    const { at, send } = await say(server);
    const { body: reply } = await send({ thread_seq: 1 });
    await server.call("DELETE", `${at(1)}?user_id=ann`);
    expect((await server.get(at(1, "replies"))).body).toEqual([reply]);
    expect((await send({ thread_seq: 1 })).status).toBe(422);
  });

  it("counts no deleted reply, and shows none", async () => {
    const { at, send } = await say(server);
    const [first] = [await send({ thread_seq: 1 }), await send({ thread_seq: 1 })];
    await server.call("DELETE", `${at(3)}?user_id=ann`);
    expect((await server.get(at(1, "replies"))).body).toEqual([first.body]);
    const { body } = await server.get<Message>(at(1));
    expect(body.thread).toEqual({ count: 1, last_seq: 2, last_at: first.body.timestamp });
    await server.call("DELETE", `${at(2)}?user_id=ann`);
    expect((await server.get(at(1, "replies"))).body).toEqual([]);
    expect((await server.get(at(1))).body).not.toHaveProperty("thread");
  });

  it("is empty without replies, and 404 where there is no message", async () => {
    const { room, at } = await say(server);
    expect((await server.get(at(1, "replies"))).body).toEqual([]);
    await server.put(at(1, "reactions", "+1"), { user_id: "ann" });
    for (const seq of [2, 3]) expect((await server.get(at(seq, "replies"))).status).toBe(404);
    const { status, body } = await server.get<ProblemBody>(
      pathOf("messages", room, "x", "replies"),
    );
    expect([status, body.errors?.[0]?.path]).toEqual([422, "seq"]);
    for (const [field, query] of [
      ["limit", "?limit=0"],
      ["deleted", "?deleted=include"],
      ["view", "?view=main"],
    ]) {
      const { body } = await server.get<ProblemBody>(at(1, "replies") + query);
      expect(body.errors?.[0]?.path).toBe(field);
    }
  });
});

describe("view=main", () => {
  it("leaves out what belongs to a thread, of a page and of all", async () => {
    const { room, send } = await say(server);
    await send({ thread_seq: 1 });
    await send({ reply_to: 2 });
    await send({ thread_seq: 3 });
    await send();
    for (const query of ["?view=main", "?view=main&limit=50", "?view=main&after=0"]) {
      const { body } = await server.get(pathOf("messages", room) + query);
      expect([query, seqsOf(body)]).toEqual([query, [1, 3, 5]]);
    }
    expect(seqsOf((await server.get(pathOf("messages", room))).body)).toEqual([1, 2, 3, 4, 5]);
  });

  it("is kept by the links of its pages", async () => {
    const { room, send } = await say(server);
    for (let index = 0; index < 5; index++) {
      await send({ thread_seq: 1 });
      await send();
    }
    const seen: number[] = [];
    let query: string | undefined = "?limit=2&view=main&deleted=include&after=0";
    while (query !== undefined) {
      const answer: Answer<Message[]> = await server.get(pathOf("messages", room) + query);
      const { body } = answer;
      seen.push(...seqsOf(body));
      query = linkOf(answer, "next");
    }
    expect(seen).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it.each([
    ["view", "view=thread"],
    ["view", "view="],
    ["deleted", "deleted=true"],
    ["deleted", "deleted=exclude&limit=5"],
  ])("takes no other %s: %s", async (field, query) => {
    const { room } = await say(server);
    const { status, body } = await server.get<ProblemBody>(`${pathOf("messages", room)}?${query}`);
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([422, [field]]);
  });
});
