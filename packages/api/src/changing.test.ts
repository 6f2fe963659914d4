import { randomUUID } from "node:crypto";
import { type ChatStore, conversationStream, openSqliteStore, StoreError } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
const api = callerOf(store);
afterAll(() => store.close());

function callerOf(over: ChatStore, caller: Caller = trustedCaller) {
  return createCaller(createContext({ store: over, caller }));
}

/** A store that stores, and then is gone before it can say so. */
function losing(part: "log" | "messages"): ChatStore {
  const lost = () => new StoreError("unavailable", "secret-host:27017 timed out");
  if (part === "messages") {
    return { ...store, messages: { ...store.messages, get: () => Promise.reject(lost()) } };
  }
  return {
    ...store,
    log: {
      ...store.log,
      async append(...args) {
        await store.log.append(...args);
        throw lost();
      },
    },
  };
}

async function makeTarget() {
  const conversation_id = randomUUID();
  await api.messages.send({ user_id: "ann", content: "first", conversation_id });
  return { conversation_id, seq: 1, user_id: "ann" };
}

type Api = typeof api;
type Target = Awaited<ReturnType<typeof makeTarget>> & { id?: string };
const calls: [string, (api: Api, target: Target) => Promise<unknown>][] = [
  ["edit", (at, target) => at.messages.edit({ ...target, content: "second" })],
  ["delete", (at, target) => at.messages.delete(target)],
  ["react", (at, target) => at.messages.react({ ...target, key: "+1" })],
  ["unreact", (at, target) => at.messages.unreact({ ...target, key: "-1" })],
];

async function idOf(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    message: expect.stringMatching(/^the store is unavailable; the change may have been stored/),
    cause: { code: "unavailable", id: expect.stringMatching(/^[A-Za-z0-9_-]{8,64}$/) },
  });
  return (error as { cause: { id: string } }).cause.id;
}

describe.each(calls)("messages.%s whose outcome is unknown", (name, call) => {
  it("fails with its id, with which a repeat changes nothing more", async () => {
    const target = await makeTarget();
    await api.messages.react({ ...target, key: "-1" });
    const id = await idOf(call(callerOf(losing("log")), target));
    expect(await call(api, { ...target, id })).toMatchObject({ created: false });
    const { entries } = await api.log.page({ conversation_id: target.conversation_id });
    expect([name, entries.map((entry) => entry.id).slice(2)]).toEqual([name, [id]]);
  });

  it("fails with the id that was chosen", async () => {
    const target = { ...(await makeTarget()), id: randomUUID() };
    expect(await idOf(call(callerOf(losing("log")), target))).toBe(target.id);
  });
});

it("an edit fails with its id when the message cannot be read after it", async () => {
  const target = await makeTarget();
  const id = await idOf(callerOf(losing("messages")).messages.edit({ ...target, content: "x" }));
  expect(await api.messages.edit({ ...target, content: "x", id })).toMatchObject({
    created: false,
    message: { content: "x" },
  });
});

it("a change that is refused has no id", async () => {
  const target = { ...(await makeTarget()), seq: 2 };
  for (const [, call] of calls) {
    await expect(call(api, target)).rejects.toMatchObject({
      cause: { code: "not_found", id: undefined },
    });
  }
});

describe("a change that is decided at once", () => {
  it("answers with what is there, where there is nothing to do", async () => {
    const target = await makeTarget();
    const added = await api.messages.react({ ...target, key: "+1" });
    expect(added.created).toBe(true);
    expect(await api.messages.react({ ...target, key: "+1" })).toEqual({
      entry: added.entry,
      created: false,
    });
    expect(await api.messages.unreact({ ...target, key: "-1" })).toEqual({
      entry: null,
      created: false,
    });
    const removed = await api.messages.unreact({ ...target, key: "+1" });
    expect(removed).toMatchObject({ entry: { added: false, reactions: [] }, created: true });
    expect(await api.messages.unreact({ ...target, key: "+1" })).toEqual({
      entry: null,
      created: false,
    });
    expect(await api.messages.delete(target)).toEqual({ created: true });
    expect(await api.messages.delete(target)).toEqual({ created: false });
  });

  it("is not let in after its author has left, whatever was read before", async () => {
    const target = await makeTarget();
    const ann = { kind: "user", user_id: "ann", expiresAt: Date.now() + 60_000 } as const;
    // The membership ends between the check and the writing.
    const leaving: ChatStore = {
      ...store,
      messages: {
        ...store.messages,
        async get(...args) {
          const message = await store.messages.get(...args);
          const { conversation_id } = target;
          if (await store.members.has({ conversation_id, user_id: "ann" })) {
            await store.members.leave({ conversation_id, user_id: "ann" });
          }
          return message;
        },
      },
    };
    const edit = callerOf(leaving, ann).messages.edit({ ...target, content: "late" });
    await expect(edit).rejects.toMatchObject({
      message: "there is no such conversation",
      cause: { code: "not_found" },
    });
    const log = await store.log.page(conversationStream(target.conversation_id), {
      limit: 9,
      from: "oldest",
    });
    expect(log).toHaveLength(1);
  });
});
