import { openMongoStore, openSqliteStore } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { appRouter, createCaller } from "./root.ts";

type Api = ReturnType<typeof createCaller>;

const member = { conversation_id: "room", user_id: "ann" };
const change = { ...member, seq: 1 };

const calls: Record<string, (api: Api) => Promise<unknown>> = {
  "messages.send": (api) => api.messages.send({ user_id: "ann", content: "hi" }),
  "messages.all": (api) => first(api.messages.all({ conversation_id: "room" })),
  "messages.page": (api) => api.messages.page({ conversation_id: "room" }),
  "messages.get": (api) => api.messages.get({ conversation_id: "room", seq: 1 }),
  "messages.edit": (api) => api.messages.edit({ ...change, content: "ho" }),
  "messages.delete": (api) => api.messages.delete(change),
  "messages.react": (api) => api.messages.react({ ...change, key: "+1" }),
  "messages.unreact": (api) => api.messages.unreact({ ...change, key: "+1" }),
  "messages.reactions": (api) => api.messages.reactions({ conversation_id: "room", seq: 1 }),
  "messages.replies": (api) => api.messages.replies({ conversation_id: "room", seq: 1 }),
  "messages.versions": (api) => api.messages.versions({ conversation_id: "room", seq: 1 }),
  "log.page": (api) => api.log.page({ conversation_id: "room" }),
  "reads.mark": (api) => api.reads.mark({ ...member, read_seq: 0 }),
  "reads.markUnread": (api) => api.reads.markUnread({ ...member, unread_from: 1 }),
  "reads.page": (api) => api.reads.page({ conversation_id: "room" }),
  "reads.totals": (api) => api.reads.totals({ user_id: "ann" }),
  "messages.import": (api) =>
    api.messages.import({ messages: [{ id: "12345678", user_id: "ann", content: "hi" }] }),
  "conversations.create": (api) => api.conversations.create({ user_ids: ["ann"] }),
  "conversations.get": (api) => api.conversations.get({ conversation_id: "room" }),
  "conversations.update": (api) =>
    api.conversations.update({ conversation_id: "room", title: "Tea" }),
  "conversations.updateMember": (api) =>
    api.conversations.updateMember({ ...member, pinned: true }),
  "conversations.all": (api) => first(api.conversations.all({ user_id: "ann" })),
  "conversations.page": (api) => api.conversations.page({ user_id: "ann" }),
  "conversations.addMember": (api) =>
    api.conversations.addMember({ conversation_id: "room", user_id: "ann" }),
  "conversations.removeMember": (api) =>
    api.conversations.removeMember({ conversation_id: "room", user_id: "ann" }),
  "notes.send": (api) => api.notes.send({ user_id: "ann", content: "hi" }),
  "notes.all": (api) => first(api.notes.all({ user_id: "ann" })),
  "notes.page": (api) => api.notes.page({ user_id: "ann" }),
  "notes.get": (api) => api.notes.get({ user_id: "ann", seq: 1 }),
};

// Streamed arrays fail while they are read, outside of tRPC, with the error of the store.
const names = Object.keys(calls);
const streamed = names.filter((name) => name.endsWith(".all"));
const answered = names.filter((name) => !streamed.includes(name));

it("calls every procedure that has one answer", () => {
  // Subscriptions have tests of their own.
  const { live, ...nouns } = appRouter._def.record;
  expect(Object.keys(live)).toEqual(["conversation", "user"]);
  const procedures = Object.entries(nouns).flatMap(([noun, verbs]) =>
    Object.keys(verbs).map((verb) => `${noun}.${verb}`),
  );
  expect(procedures.sort()).toEqual(names.sort());
});

describe.each([
  ["closed", openClosed, "closed"],
  ["out of reach", openAway, "unavailable"],
] as const)("while the store is %s", (...[, open, storeCode]) => {
  it.each(answered)("%s is unavailable, without the text of the store", async (name) => {
    await using store = await open();
    const call = calls[name]?.(callerOf(store));
    await expect(call).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      message: expect.stringMatching(/^the store is unavailable; /),
      cause: { code: "unavailable" },
    });
  });

  it.each(streamed)("%s fails before its first item", async (name) => {
    await using store = await open();
    await expect(calls[name]?.(callerOf(store))).rejects.toMatchObject({ code: storeCode });
  });
});

it.each(names)("%s refuses an invalid input before it asks the store", async (name) => {
  await using store = await openClosed();
  const [noun = "", verb = ""] = name.split(".");
  const verbs: Record<string, Record<string, (input: never) => Promise<unknown>>> = callerOf(store);
  for (const input of [undefined, null, "room", 1, [], { secret: 1 }]) {
    await expect(verbs[noun]?.[verb]?.(input as never)).rejects.toMatchObject({
      code: "UNPROCESSABLE_CONTENT",
      cause: { code: "validation_failed" },
    });
  }
});

function callerOf({ store }: Opened): Api {
  return createCaller(createContext({ store, caller: trustedCaller }));
}

type Opened = Awaited<ReturnType<typeof openClosed | typeof openAway>>;

async function openClosed() {
  const store = openSqliteStore(":memory:");
  await store.close();
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

// Nothing listens on this port.
async function openAway() {
  const store = openMongoStore({ uri: "mongodb://127.0.0.1:1" });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

async function first(items: Promise<AsyncIterable<unknown>>): Promise<unknown> {
  for await (const item of await items) return item;
  return undefined;
}
