import { expect, it } from "vitest";
import { ConversationEvent, UserEvent } from "../../schemas/live.ts";
import { toConversationEvents, toUserEvents } from "../events.ts";
import { type InboxNews, PendingNews } from "./inbox-news.ts";

const member = { conversation_id: "room", user_id: "bob" };
const details = { conversation_id: "room", title: "Tea", metadata: null };
const news: InboxNews[] = [
  { kind: "read", ...member, read_seq: 3, revision: 1, unread_count: 2, mention_count: 0 },
  { kind: "read", conversation_id: "room", user_id: "ann", read_seq: 3 },
  { kind: "settings", ...member, muted_until: null, pinned: true, archived: false },
  { kind: "unread", conversations: 1, messages: 2, mentions: 0 },
  { kind: "conversation", ...details },
];

it.each(news)("$kind is an event of the same name and fields, without an id", (one) => {
  const { kind, ...fields } = one;
  const events = [...toUserEvents(one, { user_id: "bob" })];
  expect(events).toEqual([{ event: { type: kind, ...fields } }]);
  for (const { event } of events) expect(UserEvent.parse(event)).toEqual(event);
});

it("a conversation's own follower is told what it is called, without an id", () => {
  const told = { kind: "conversation", ...details } as const;
  const events = [...toConversationEvents(told, { conversation_id: "room", entries: "all" })];
  expect(events).toEqual([{ event: { type: "conversation", ...details } }]);
  for (const { event } of events) expect(ConversationEvent.parse(event)).toEqual(event);
});

it("heads with what is new match the schema", () => {
  const head = { conversation_id: "room", last_seq: 3, read_seq: 1, unread_count: 2 };
  const settings = { muted_until: "2026-01-31T12:00:00.000Z", pinned: true, archived: true };
  for (const more of [{}, { revision: 1, ...settings }]) {
    const event = {
      type: "heads",
      heads: [{ ...head, mention_count: 0, ...more }],
      complete: false,
    };
    expect(UserEvent.parse(event)).toEqual(event);
  }
});

it("news that a reader has not taken is replaced by newer news of the same", () => {
  const pending = new PendingNews();
  for (const one of news) pending.add(one);
  const newer = { kind: "read", ...member, read_seq: 4, revision: 1 } as const;
  pending.add({ ...newer, unread_count: 0, mention_count: 0 });
  expect(pending.size).toBe(news.length);
  expect(pending.take(() => true)).toMatchObject({ kind: "unread" });
  expect(pending.take(() => true)).toBeUndefined();
  expect(pending.take(() => false)).toMatchObject(newer);
  pending.forget("room");
  expect([pending.size, pending.take(() => false)]).toEqual([0, undefined]);
});
