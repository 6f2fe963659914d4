import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { Following } from "../live/following.ts";
import { createLive } from "../live/index.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const live = createLive(store);
const context = createContext({ store, live, caller: trustedCaller });
afterAll(async () => {
  live.close();
  await store.close();
});

const api = createCaller(context);

/** Creates a conversation with some messages. */
async function begin(count: number): Promise<string> {
  const conversation_id = randomUUID();
  for (let n = 0; n < count; n++) {
    await api.messages.send({ user_id: "ann", content: String(n), conversation_id });
  }
  return conversation_id;
}

type Events = AsyncIterable<readonly [string, { type: string }, ...unknown[]]>;

/** Reads some events, then stops. */
async function read(following: Promise<unknown>, count: number): Promise<[string, object][]> {
  const read: [string, object][] = [];
  for await (const [id, event] of (await following) as Events) {
    read.push([id, event]);
    if (read.length === count) break;
  }
  return read;
}

describe("following a conversation", () => {
  it("resumes after lastEventId, which takes precedence over after", async () => {
    const epoch = await store.epoch();
    const conversation_id = await begin(4);
    const after = "1";
    const behind = await read(api.live.conversation({ conversation_id, after }), 2);
    expect(behind).toMatchObject([
      [`${epoch}-1`, { type: "ready", conversation_id, last_seq: 4 }],
      [`${epoch}-2`, { type: "message", message: { seq: 2 } }],
    ]);
    const lastEventId = `${epoch}-3`;
    const back = await read(api.live.conversation({ conversation_id, after, lastEventId }), 2);
    expect(back.map(([id]) => id)).toEqual([`${epoch}-3`, `${epoch}-4`]);
  });

  it.each(["", "x", "other-3", "\n", "9".repeat(16_384)])(
    "starts with a reset when lastEventId is %j",
    async (lastEventId) => {
      const conversation_id = await begin(2);
      const [first] = await read(api.live.conversation({ conversation_id, lastEventId }), 1);
      expect(first?.[1]).toEqual({ type: "reset", conversation_id, last_seq: 2 });
    },
  );

  it("refuses an invalid after, and a lastEventId longer than any header", async () => {
    for (const input of [{ after: "x" }, { lastEventId: "9".repeat(16_385) }]) {
      const call = api.live.conversation({ conversation_id: "room", ...input });
      await expect(call).rejects.toMatchObject({ cause: { code: "validation_failed" } });
    }
  });

  it("ends when the signal of its caller aborts", async () => {
    const leaving = new AbortController();
    const caller = createCaller(context, { signal: leaving.signal });
    const following: unknown = await caller.live.conversation({ conversation_id: "room" });
    if (!(following instanceof Following)) throw new Error("it is not a following");
    const batches = following.batches()[Symbol.asyncIterator]();
    expect(await batches.next()).toMatchObject({ value: { kind: "ready" } });
    const next = batches.next();
    leaving.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe("following a user", () => {
  it("tells what is new only when asked, and takes no other value than true and false", async () => {
    const user_id = randomUUID();
    await store.conversations.create({ id: randomUUID(), user_ids: [user_id] });
    const head = { last_seq: 0, read_seq: 0, unread_count: 0, mention_count: 0 };
    const told = await read(api.live.user({ user_id, inbox: true }), 2);
    expect(told.map(([, event]) => event)).toMatchObject([
      { type: "heads", heads: [head] },
      { type: "unread", conversations: 0, messages: 0, mentions: 0 },
    ]);
    for (const inbox of [false, undefined]) {
      const [first] = await read(api.live.user({ user_id, inbox }), 1);
      expect(first?.[1]).toMatchObject({ heads: [{ conversation_id: expect.any(String) }] });
      expect(JSON.stringify(first)).not.toContain("read_seq");
    }
    const call = api.live.user({ user_id, inbox: "true" as never });
    await expect(call).rejects.toMatchObject({ cause: { code: "validation_failed" } });
  });

  it.each([undefined, null, "0"])("starts with all heads when lastEventId is %j", async (id) => {
    const user_id = randomUUID();
    await store.conversations.create({ id: randomUUID(), user_ids: [user_id] });
    const [first] = await read(api.live.user({ user_id, lastEventId: id }), 1);
    expect(first?.[1]).toMatchObject({ type: "heads", complete: true, heads: [{ last_seq: 0 }] });
  });

  it.each(["", "x", "1790000000000", "other-1790000000000", "0-0"])(
    "starts with a reset, whose id leads to another, when lastEventId is %j",
    async (lastEventId) => {
      const [reset, heads] = await read(api.live.user({ user_id: "bob", lastEventId }), 2);
      expect(reset?.[1]).toEqual({ type: "reset", conversation_id: null, last_seq: 0 });
      expect(heads?.[1]).toMatchObject({ type: "heads" });
      const [again] = await read(api.live.user({ user_id: "bob", lastEventId: reset?.[0] }), 1);
      expect(again?.[1]).toMatchObject({ type: "reset" });
    },
  );
});
