import { type DeletionEntry, type MessageEntry, type ReactionEntry, toMessage } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { ConversationEvent, UserEvent } from "../schemas/live.ts";
import { Erasures } from "./erasures.ts";
import { toConversationEvents, toUserEvents } from "./events.ts";
import type { ConversationNews } from "./follow-conversation.ts";
import type { UserNews } from "./user/follow-user.ts";

const written = {
  user_id: "ann",
  timestamp: "2026-01-01T00:00:00.000Z",
  conversation_id: "room",
};
const message = (seq: number): MessageEntry => ({
  kind: "message",
  id: `message-${seq}`,
  content: "hi",
  seq,
  ...written,
});
const reaction = (seq: number): ReactionEntry => ({
  kind: "reaction",
  id: `reaction-${seq}`,
  seq,
  target_seq: 1,
  key: "👍",
  added: true,
  reactions: [{ key: "👍", count: 1, user_ids: ["ann"] }],
  ...written,
});
const deletion: DeletionEntry = {
  kind: "deletion",
  id: "deletion-9",
  seq: 9,
  target_seq: 2,
  ...written,
};
const entries = [message(1), message(2)];
const erasures = new Erasures();
const place = { conversation_id: "room", last_seq: 7 };

describe("the news of a conversation", () => {
  const toEvents = (news: ConversationNews, wanted?: "all") => [
    ...toConversationEvents(news, { conversation_id: "room", entries: wanted }),
  ];
  const batch = { kind: "entries", epoch: "epoch", entries, erasures } as const;

  it.each(["ready", "reset"] as const)("have the position and the head: %s", (kind) => {
    expect(toEvents({ kind, epoch: "epoch", seq: 4, last_seq: 7 })).toEqual([
      { id: "epoch-4", event: { type: kind, ...place } },
    ]);
  });

  it("are messages, each with its position", () => {
    expect(toEvents(batch)).toEqual(
      entries.map((entry) => ({
        id: `epoch-${entry.seq}`,
        event: { type: "message", message: toMessage(entry) },
      })),
    );
  });

  it("are entries of all kinds for who asks for them, and only messages with a text for others", () => {
    const mixed = [message(1), reaction(2), { ...message(3), content: "", erased: true as const }];
    const news = { ...batch, entries: mixed };
    expect(toEvents(news, "all")).toEqual(
      mixed.map((entry) => ({ id: `epoch-${entry.seq}`, event: { type: "entry", entry } })),
    );
    expect(toEvents(news)).toMatchObject([{ id: "epoch-1", event: { type: "message" } }]);
  });

  it("tell the position by itself where many entries are not sent", () => {
    const reactions = Array.from({ length: 70 }, (_, index) => reaction(index + 2));
    const news = { ...batch, entries: [message(1), ...reactions, message(72)] };
    expect(toEvents(news).map(({ id, event }) => [id, event?.type])).toEqual([
      ["epoch-1", "message"],
      ["epoch-33", undefined],
      ["epoch-65", undefined],
      ["epoch-72", "message"],
    ]);
  });

  it("are without a text that is erased while they are taken", () => {
    const news = { ...batch, erasures: new Erasures() };
    const [ofMessages, ofAll] = ([undefined, "all"] as const).map((wanted) =>
      toConversationEvents(news, { conversation_id: "room", entries: wanted }),
    );
    expect(ofMessages?.next().value).toMatchObject({ event: { message: { content: "hi" } } });
    expect(ofAll?.next().value).toMatchObject({ event: { entry: { content: "hi" } } });
    news.erasures.add(deletion);
    expect(ofMessages?.next()).toEqual({ done: true, value: undefined });
    expect(ofAll?.next().value).toMatchObject({ event: { entry: { content: "", erased: true } } });
  });

  it("match the schema of events", () => {
    const events = [
      ...toEvents({ kind: "ready", epoch: "epoch", seq: 4, last_seq: 7 }),
      ...toEvents(batch),
      ...toEvents({ ...batch, entries: [...entries, reaction(3), deletion] }, "all"),
    ];
    for (const { event } of events) expect(ConversationEvent.parse(event)).toEqual(event);
  });
});

it.each([undefined, "all"] as const)(
  "all followers share the event of an entry: of %s",
  (wanted) => {
    const news = { kind: "entries", epoch: "e", entries, erasures } as const;
    const [ofConversation] = toConversationEvents(news, { conversation_id: "r", entries: wanted });
    const [ofUser] = toUserEvents(news, { user_id: "bob", entries: wanted });
    expect(ofConversation?.event).toBe(ofUser?.event);
  },
);

describe("the news of a user", () => {
  const toEvents = (news: UserNews, wanted?: "all") => [
    ...toUserEvents(news, { user_id: "bob", entries: wanted }),
  ];
  const batch = { kind: "entries", entries, erasures } as const;
  const heads = [place];

  it("have a watermark only after all heads", () => {
    expect(toEvents({ kind: "heads", heads, complete: false })).toEqual([
      { event: { type: "heads", heads, complete: false } },
    ]);
    expect(toEvents({ kind: "heads", heads, complete: true, watermark: "epoch-9" })).toEqual([
      { id: "epoch-9", event: { type: "heads", heads, complete: true } },
    ]);
    expect(toEvents(batch)).toEqual(
      entries.map((entry) => ({ event: { type: "message", message: toMessage(entry) } })),
    );
  });

  it("are entries of all kinds for who asks for them, and messages for others", () => {
    const mixed = { ...batch, entries: [reaction(2), message(3)] };
    expect(toEvents(mixed).map(({ event }) => event?.type)).toEqual(["message"]);
    expect(toEvents(mixed, "all").map(({ event }) => event)).toEqual(
      mixed.entries.map((entry) => ({ type: "entry", entry })),
    );
  });

  it("are a reset of all conversations", () => {
    expect(toEvents({ kind: "reset" })).toEqual([
      { event: { type: "reset", conversation_id: null, last_seq: 0 } },
    ]);
  });

  it.each(["joined", "left"] as const)("name the user: %s", (kind) => {
    expect(toEvents({ kind, ...place })).toEqual([
      { event: { type: kind, ...place, user_id: "bob" } },
    ]);
  });

  it("match the schema of events", () => {
    const events = [
      ...toEvents({ kind: "heads", heads, complete: false }),
      ...toEvents({ kind: "reset" }),
      ...toEvents(batch),
      ...toEvents(batch, "all"),
      ...toEvents({ kind: "left", ...place }),
    ];
    for (const { event } of events) expect(UserEvent.parse(event)).toEqual(event);
  });
});
