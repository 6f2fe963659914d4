import { type NewMessage, openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type ContextParts, createContext } from "../context.ts";
import { createCaller } from "../root.ts";
import type { BeforeSend, Hooks, SendDecision } from "./hooks.ts";
import { createHooks } from "./running-hooks.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

let rooms = 0;
const errors: unknown[] = [];

function open(send: NonNullable<Hooks["before"]>["send"], parts: Partial<ContextParts> = {}) {
  errors.length = 0;
  const hooks = createHooks(send ? { before: { send } } : {}, {
    timeoutMs: 50,
    onError: (_, error) => void errors.push(error),
  });
  const caller = { kind: "trusted" } as const;
  const conversation_id = `room-${++rooms}`;
  const api = createCaller(createContext({ store, caller, hooks, ...parts }));
  const base = { user_id: "ann", content: "sent", conversation_id };
  return {
    api,
    conversation_id,
    post: (message: Partial<NewMessage> = {}) => {
      const { kind: _, timestamp: _at, sent_hash: _hash, ...more } = message;
      return api.messages.send({ ...base, ...more });
    },
    count: async () => (await api.messages.page({ conversation_id })).messages.length,
  };
}

describe("before.send", () => {
  it("is given a copy of the message, and who sends it", async () => {
    const asked: BeforeSend[] = [];
    const room = open((given) => {
      asked.push(structuredClone({ ...given, signal: undefined }) as never);
      if (given.message.metadata) given.message.metadata["color"] = "changed";
      given.message.content = "changed";
    });
    const { message } = await room.post({ id: "message-1", metadata: { color: "red" } });
    expect(message).toMatchObject({ content: "sent", metadata: { color: "red" } });
    expect(asked).toMatchObject([
      { message: { id: "message-1", user_id: "ann", content: "sent" }, caller: "server" },
    ]);
  });

  it("is told of the user of a token, and of notes", async () => {
    const callers: unknown[] = [];
    const caller = { kind: "user", user_id: "ann", expiresAt: Number.POSITIVE_INFINITY } as const;
    const room = open(
      ({ caller: who, message }) => {
        callers.push(who, message.conversation_id);
      },
      { caller },
    );
    await room.api.notes.send({ user_id: "ann", content: "note" });
    expect(callers).toEqual([{ user_id: "ann" }, null]);
  });

  it("may change the text, the mentions and the metadata, or remove the last two", async () => {
    const changing = open(() => ({ content: "new", mentions: "everyone", metadata: { a: 1 } }));
    const { message } = await changing.post();
    expect(message).toMatchObject({ content: "new", mentions: "everyone", metadata: { a: 1 } });
    const removing = open(() => ({ mentions: null, metadata: null }));
    const sent = await removing.post({ mentions: "everyone", metadata: { a: 1 } });
    expect(Object.keys(sent.message)).not.toContain("mentions");
    expect(Object.keys(sent.message)).not.toContain("metadata");
  });

  it("refuses with a text that reaches the sender, and nothing is stored", async () => {
    const room = open(() => ({ refuse: "no links, please" }));
    await expect(room.post()).rejects.toMatchObject({
      cause: { code: "forbidden", message: "no links, please" },
    });
    expect(await room.count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
    ["never answers", () => new Promise(() => {})],
    ["returns false", () => false],
    ["returns a text", () => "no"],
    ["returns an unknown field", () => ({ text: "new" })],
    ["returns an error", () => new Error("secret")],
    ["returns a map", () => new Map([["refuse", "no"]])],
    ["returns a response", () => new Response("no", { status: 403 })],
    ["returns a refusal without a text", () => ({ refuse: "" })],
    ["returns a text that is empty", () => ({ content: "" })],
    ["returns a text that is too long", () => ({ content: "x".repeat(16_385) })],
    ["returns text with NUL", () => ({ content: "a\0b" })],
    ["returns half a character", () => ({ content: "\ud800" })],
    ["returns mentions with a repeat", () => ({ mentions: ["ann", "ann"] })],
    ["returns metadata that is no JSON", () => ({ metadata: { at: new Date() } })],
    [
      "returns metadata that has itself in it",
      () => {
        const metadata: Record<string, unknown> = {};
        metadata["self"] = metadata;
        return { metadata };
      },
    ],
  ])("fails closed when it %s", async (_, send) => {
    const room = open(send as () => SendDecision);
    const failed = room.post({ id: "message-1" });
    await expect(failed).rejects.toMatchObject({ cause: { code: "unavailable", id: "message-1" } });
    await expect(failed).rejects.not.toThrow("secret");
    expect(await room.count()).toBe(0);
    expect(errors).toHaveLength(1);
  });

  it("fails closed when it mentions who is not a member, and names nobody to the sender", async () => {
    const room = open(() => ({ mentions: ["zed"] }));
    const failed = room.post({ id: "message-1" });
    await expect(failed).rejects.toMatchObject({ cause: { code: "unavailable", id: "message-1" } });
    expect(await room.count()).toBe(0);
    expect(errors).toMatchObject([{ code: "validation_failed" }]);
  });

  it("is told when its time is up", async () => {
    const aborted = Promise.withResolvers<void>();
    const room = open(({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return new Promise(() => {});
    });
    await expect(room.post()).rejects.toMatchObject({ cause: { code: "unavailable" } });
    await aborted.promise;
  });

  it("is not called for imports, edits and repeats of what is stored", async () => {
    let calls = 0;
    const room = open(() => void calls++);
    const { conversation_id } = room;
    await room.post({ id: "message-1" });
    const again = await room.post({ id: "message-1" });
    expect([again.created, calls]).toEqual([false, 1]);
    await room.api.messages.edit({ user_id: "ann", conversation_id, seq: 1, content: "edited" });
    const line = { id: "message-2", user_id: "ann", content: "old", conversation_id };
    await room.api.messages.import({ messages: [line] });
    expect(calls).toBe(1);
  });
});

describe("a repeat of a message that a hook has changed", () => {
  it("gets the same answer, whatever the hook says now", async () => {
    const answers: SendDecision[] = [{ content: "first" }, { content: "second" }, { refuse: "no" }];
    const room = open(() => answers.shift());
    const sent = { id: "message-1", metadata: { a: 1, b: { c: 2, d: 3 } } };
    const first = await room.post(sent);
    const second = await room.post({ ...sent, metadata: { b: { d: 3, c: 2 }, a: 1 } });
    expect(second).toEqual({ message: first.message, created: false });
    expect(first.message.content).toBe("first");
    expect(answers).toHaveLength(2);
  });

  it("is a conflict when another text was sent, even the one that is stored", async () => {
    const room = open(({ message }) => ({ content: `${message.content}, checked` }));
    await room.post({ id: "message-1" });
    for (const content of ["other", "sent, checked"]) {
      const repeated = room.post({ id: "message-1", content });
      await expect(repeated).rejects.toMatchObject({ cause: { code: "conflict" } });
    }
    await expect(room.post({ id: "message-1", metadata: { a: 1 } })).rejects.toMatchObject({
      cause: { code: "conflict" },
    });
  });

  it("is one where the hook is new, gone, or says something else at the same time", async () => {
    const plain = open(undefined);
    const { message } = await plain.post({ id: "message-1" });
    const hooks = createHooks(
      { before: { send: () => ({ content: "changed" }) } },
      { onError: () => {} },
    );
    const caller = { kind: "trusted" } as const;
    const hooked = createCaller(createContext({ store, caller, hooks }));
    const sent = { user_id: "ann", content: "sent", conversation_id: plain.conversation_id };
    const repeated = await hooked.messages.send({ ...sent, id: "message-1" });
    expect(repeated).toEqual({ message, created: false });
    const changed = await hooked.messages.send({ ...sent, id: "message-2" });
    expect(changed.message.content).toBe("changed");
    expect(await plain.post({ id: "message-2" })).toEqual({ ...changed, created: false });

    let n = 0;
    const racing = open(async ({ message: { content } }) => ({ content: `${content} ${++n}` }));
    const sents = await Promise.all(
      Array.from({ length: 20 }, () => racing.post({ id: "message-1" })),
    );
    expect(sents.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(sents.map((one) => one.message.content)).size).toBe(1);
    expect(await racing.count()).toBe(1);
  });

  it.each<[string, () => SendDecision]>([
    ["refuses it", () => ({ refuse: "no" })],
    [
      "fails",
      () => {
        throw new Error("broken");
      },
    ],
  ])("gets the same answer when it was stored while the hook %s", async (_, answer) => {
    const asked = Promise.withResolvers<void>();
    const stored = Promise.withResolvers<void>();
    let calls = 0;
    const room = open(async () => {
      if (++calls > 1) return { content: "changed" };
      asked.resolve();
      await stored.promise;
      return answer();
    });
    const early = room.post({ id: "message-1" });
    await asked.promise;
    const { message } = await room.post({ id: "message-1" });
    stored.resolve();
    expect(await early).toEqual({ message, created: false });
  });

  it("shows the message as it is now, and nothing of a deleted one", async () => {
    const room = open(() => ({ content: "changed" }));
    const { conversation_id } = room;
    await room.post({ id: "message-1" });
    await room.api.messages.edit({ user_id: "ann", conversation_id, seq: 1, content: "edited" });
    expect((await room.post({ id: "message-1" })).message.content).toBe("edited");
    await room.api.messages.delete({ user_id: "ann", conversation_id, seq: 1 });
    const repeated = await room.post({ id: "message-1", content: "another" });
    expect(repeated.message).toMatchObject({ content: "", deleted_at: expect.any(String) });
  });

  it("is never shown to anybody: no hash is in what is read", async () => {
    const room = open(() => ({ content: "changed" }));
    const { conversation_id } = room;
    const sent = await room.post({ id: "message-1" });
    const page = await room.api.messages.page({ conversation_id });
    const log = await room.api.log.page({ conversation_id });
    expect(JSON.stringify([sent, page, log])).not.toContain("hash");
  });
});
