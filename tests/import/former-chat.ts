import { randomUUID } from "node:crypto";
import type { ChatStore, Message } from "@chatnest/db";
import { type Db, type Document, ObjectId } from "mongodb";
import { expect } from "vitest";

/** A time of the former service. */
export const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));
const dmId = new ObjectId();

/** Stores what a service has stored that ran for a while, and what should not be there. */
export async function fill(db: Db): Promise<void> {
  const say = (second: number, fields: object = {}) => ({
    ...{ id: randomUUID(), user_id: "ann", content: `at ${second}`, timestamp: at(second) },
    ...{ conversation_id: "tea", ...fields },
  });
  await db.collection("conversations").insertMany([
    { id: "tea", user_ids: ["bob", "ann", "bob"], messages: [], created_at: at(0) },
    { id: "empty", user_ids: ["ann"], messages: [], created_at: at(5) },
    // Without an id of its own.
    { _id: dmId, user_ids: ["cy", "bob"], created_at: at(1) },
    { id: "odd", user_ids: "ann", created_at: at(1) },
    { id: "a\nb", user_ids: ["ann"], created_at: at(1) },
  ]);
  const tie = at(4);
  const first = new ObjectId();
  const second = new ObjectId();
  const messages: Document[] = [
    // In no order.
    say(9),
    say(2, { user_id: "bob" }),
    say(1),
    { _id: second, ...say(4, { content: "tie 2", timestamp: tie }) },
    { _id: first, ...say(4, { content: "tie 1", timestamp: tie }) },
    say(3, { conversation_id: dmId, user_id: "cy" }),
    say(3, { conversation_id: "never created", user_id: "dan" }),
    say(7, { conversation_id: null }),
    say(6, { conversation_id: undefined, user_id: "bob" }),
    { _id: "short", ...say(8, { content: "odd key" }) },
    { _id: { of: "an object" }, ...say(8, { content: "odder key" }) },
    // What ChatNest would not take.
    { _id: "bad-time", ...say(1, { timestamp: "01/02/2024 10:00" }) },
    { _id: "bad-year", ...say(1, { timestamp: new Date(Date.UTC(12_000, 1)) }) },
    { _id: "no-time", user_id: "ann", content: "x", conversation_id: "tea" },
    { _id: "bad-content", ...say(1, { content: 7 }) },
    { _id: "no-content", ...say(1, { content: "" }) },
    { _id: "long-content", ...say(1, { content: "x".repeat(16_385) }) },
    { _id: "nul-content", ...say(1, { content: "geheim\0" }) },
    { _id: "bad-user", ...say(1, { user_id: "a\u0007b" }) },
    { _id: "no-user", content: "x", timestamp: at(1), conversation_id: "tea" },
    { _id: "bad-conversation", ...say(1, { conversation_id: 7 }) },
    { _id: "nothing" },
  ];
  await db.collection("messages").insertMany(messages);
}

/** The `_id` of messages that are refused, sorted. */
export const refused = [
  ...["bad-content", "bad-conversation", "bad-time", "bad-user", "bad-year", "long-content"],
  ...["no-content", "no-time", "no-user", "nothing", "nul-content"],
];

/** A whole log. */
export const all = { limit: 1_000, from: "oldest" } as const;
/** Lists the texts of messages. */
export const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);

/** Checks that a store has everything of `fill`, in order, at its time, and read by all members. */
export async function expectFilled(store: ChatStore): Promise<void> {
  const tea = await store.messages.page("c:tea", all);
  expect(contents(tea)).toEqual([
    ...["at 1", "at 2", "tie 1", "tie 2", "odd key", "odder key", "at 9"],
  ]);
  expect(tea.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(tea[6]?.timestamp).toBe(at(9).toISOString());
  const [conversation, empty, dm, other] = await store.conversations.get(
    ["tea", "empty", dmId.toHexString(), "never created"],
    1,
  );
  expect(conversation).toMatchObject({
    ...{ user_ids: ["bob", "ann"], created_at: at(0).toISOString() },
    last_activity_at: at(9).toISOString(),
  });
  expect(empty).toMatchObject({ user_ids: ["ann"], last_activity_at: at(5).toISOString() });
  expect(dm).toMatchObject({ user_ids: ["cy", "bob"], last_seq: 1 });
  expect(other).toMatchObject({ user_ids: ["dan"], last_seq: 1 });
  expect(contents(await store.messages.page("n:ann", all))).toEqual(["at 7"]);
  expect(contents(await store.messages.page("n:bob", all))).toEqual(["at 6"]);
  const inbox = await store.conversations.inbox("bob", { limit: 10 });
  expect(inbox.map(({ id, unread_count }) => [id, unread_count])).toEqual([
    ["tea", 0],
    [dmId.toHexString(), 0],
  ]);
}
