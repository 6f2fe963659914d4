import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { newDatabase } from "@chatnest/db/tests/mongo-database.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import type { Meta } from "./rest.ts";
import { appRouter, createCaller } from "./root.ts";
import { Conversation } from "./schemas/conversations.ts";
import { ReactionEntry } from "./schemas/entries.ts";
import { InboxConversation } from "./schemas/inboxes.ts";
import { Message } from "./schemas/messages.ts";

const conversation_id = "room";
const [user_id, key] = ["ann", "+1"];
const metadata = { color: "green" };
const created = z.boolean();

// The whole schemas, where a procedure has a lighter one for what a store has read.
const whole: Record<string, z.ZodType> = {
  "messages.send": z.strictObject({ message: Message.strict(), created }),
  "messages.edit": z.strictObject({ message: Message.strict(), created }),
  "messages.react": z.strictObject({ entry: ReactionEntry.strict(), created }),
  "messages.unreact": z.strictObject({ entry: ReactionEntry.strict().nullable(), created }),
  "conversations.create": z.strictObject({ conversation: Conversation.strict(), created }),
  "conversations.get": Conversation.strict(),
  "conversations.update": Conversation.strict(),
  "conversations.all": z.array(InboxConversation.strict()),
  "notes.send": z.strictObject({ message: Message.strict(), created }),
  "notes.get": Message.strict(),
};

interface Definition {
  type: string;
  meta: Meta;
  output?: z.ZodType;
}

const found: unknown = appRouter._def.procedures;
const definitions = found as Record<string, { _def: Definition }>;

const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");
const database = newDatabase(deployment.uri);
afterAll(() => database[Symbol.asyncDispose]());

describe.each([
  ["SQLite", async () => openSqliteStore(":memory:")],
  ["MongoDB", () => database.open()],
])("what procedures answer on %s", (...[, open]) => {
  let store: ChatStore;
  const answers = new Map<string, unknown[]>();
  beforeAll(async () => {
    store = await open();
    for await (const [name, answer] of callAll(store)) {
      answers.set(name, [...(answers.get(name) ?? []), answer]);
    }
  });
  afterAll(() => store.close());

  it.each(procedures())("is as its schema says: %s", (name, meta) => {
    const given = answers.get(name) ?? [];
    expect(given.length).toBeGreaterThan(0);
    for (const answer of given) {
      const { schema, value } = describeAnswer(name, answer, meta);
      // Parsing leaves out what a schema does not know, so nothing may be missing after it.
      expect(schema.parse(value)).toEqual(value);
    }
  });
});

function procedures(): [string, Meta][] {
  return Object.entries(definitions).flatMap(([name, { _def }]) =>
    _def.type === "subscription" ? [] : [[name, _def.meta]],
  );
}

/** Finds the whole schema of an answer: one given above, else that of its body in REST, else its own. */
function describeAnswer(name: string, answer: unknown, { rest }: Meta) {
  const given = whole[name];
  if (given) return { schema: given, value: answer };
  if (!rest) return { schema: ownSchema(name), value: answer };
  const value = rest.toRest ? rest.toRest(answer, {}).body : answer;
  const { body } = rest;
  if (body === "events") throw new Error(`${name} follows`);
  return { schema: body ?? z.undefined(), value };
}

function ownSchema(name: string): z.ZodType {
  const output = definitions[name]?._def.output;
  if (!output) throw new Error(`${name} has no schema of what it answers`);
  return output;
}

/** Calls every procedure, on a conversation in which a message of every kind was sent, edited, reacted to and deleted. */
async function* callAll(store: ChatStore): AsyncGenerator<[name: string, answer: unknown]> {
  const { messages, conversations, reads, notes, log } = createCaller(
    createContext({ store, caller: trustedCaller }),
  );
  const send = { conversation_id, user_id, content: "hi" };
  const first = { conversation_id, seq: 1 };
  const change = { ...first, user_id };
  const member = { conversation_id, user_id };
  const line = { id: "imported-1", user_id, content: "x" };
  yield ["conversations.create", await conversations.create({ user_ids: [user_id, "bob"] })];
  yield ["messages.send", await messages.send({ ...send, metadata })];
  yield ["messages.send", await messages.send({ ...send, id: "12345678", reply_to: 1 })];
  yield ["messages.send", await messages.send({ ...send, id: "12345678", reply_to: 1 })];
  yield ["messages.send", await messages.send({ ...send, thread_seq: 1 })];
  yield ["messages.send", await messages.send({ ...send, mentions: [user_id] })];
  yield ["messages.send", await messages.send({ ...send, mentions: "everyone" })];
  yield ["messages.edit", await messages.edit({ ...change, content: "ho", metadata: null })];
  yield ["messages.react", await messages.react({ ...change, key })];
  yield ["messages.react", await messages.react({ ...change, key: "wow" })];
  yield ["messages.unreact", await messages.unreact({ ...change, key: "wow" })];
  yield ["messages.unreact", await messages.unreact({ ...change, key: "none" })];
  yield ["messages.delete", await messages.delete({ ...change, seq: 2 })];
  yield ["messages.get", await messages.get(first)];
  yield ["messages.all", await toArray(await messages.all({ conversation_id }))];
  yield ["messages.page", await messages.page({ conversation_id, deleted: "include" })];
  yield ["messages.page", await messages.page({ conversation_id, after: 0, limit: 1 })];
  yield ["messages.reactions", await messages.reactions(first)];
  yield ["messages.replies", await messages.replies(first)];
  yield ["messages.versions", await messages.versions(first)];
  yield ["messages.import", await messages.import({ messages: [line, { ...line, content: "y" }] })];
  yield ["log.page", await log.page({ conversation_id })];
  yield [
    "conversations.addMember",
    await conversations.addMember({ conversation_id, user_id: "cy" }),
  ];
  yield ["conversations.get", await conversations.get({ conversation_id })];
  yield ["conversations.update", await conversations.update({ conversation_id, title: "Tea" })];
  yield ["conversations.update", await conversations.update({ conversation_id, metadata })];
  yield ["conversations.get", await conversations.get({ conversation_id, members: 0 })];
  yield [
    "conversations.updateMember",
    await conversations.updateMember({ ...member, muted_until: "2030-01-01T00:00:00+01:00" }),
  ];
  yield [
    "conversations.updateMember",
    await conversations.updateMember({ ...member, muted_until: null, pinned: true }),
  ];
  yield ["reads.mark", await reads.mark({ ...member, read_seq: 1, revision: 0 })];
  yield ["reads.markUnread", await reads.markUnread({ ...member, unread_from: 2 })];
  yield ["reads.page", await reads.page({ conversation_id, limit: 1 })];
  yield ["reads.page", await reads.page({ conversation_id })];
  yield ["reads.totals", await reads.totals({ user_id })];
  yield ["conversations.all", await toArray(await conversations.all({ user_id }))];
  yield ["conversations.page", await conversations.page({ user_id, limit: 1 })];
  yield [
    "conversations.removeMember",
    await conversations.removeMember({ conversation_id, user_id: "cy" }),
  ];
  yield ["notes.send", await notes.send({ user_id, content: "note" })];
  yield ["notes.get", await notes.get({ user_id, seq: 1 })];
  yield ["notes.all", await toArray(await notes.all({ user_id }))];
  yield ["notes.page", await notes.page({ user_id })];
}

async function toArray(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}
