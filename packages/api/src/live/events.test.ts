import { type Entry, toMessage } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { ConversationEvent, UserEvent } from "../schemas/live.ts";
import { toConversationEvents, toUserEvents } from "./events.ts";

const entries = [1, 2].map(
  (seq): Entry => ({
    kind: "message",
    id: `message-${seq}`,
    user_id: "ann",
    content: "hi",
    timestamp: "2026-01-01T00:00:00.000Z",
    conversation_id: "room",
    seq,
  }),
);
const place = { conversation_id: "room", last_seq: 7 };

describe("the news of a conversation", () => {
  const toEvents = (...[news]: [Parameters<typeof toConversationEvents>[1]]) =>
    toConversationEvents("room", news);

  it.each(["ready", "reset"] as const)("have the position and the head: %s", (kind) => {
    expect(toEvents({ kind, epoch: "epoch", seq: 4, last_seq: 7 })).toEqual([
      { id: "epoch-4", event: { type: kind, ...place } },
    ]);
  });

  it("are messages, each with its position", () => {
    expect(toEvents({ kind: "entries", epoch: "epoch", entries })).toEqual(
      entries.map((entry) => ({
        id: `epoch-${entry.seq}`,
        event: { type: "message", message: toMessage(entry) },
      })),
    );
  });

  it("match the schema of events", () => {
    const events = [
      ...toEvents({ kind: "ready", epoch: "epoch", seq: 4, last_seq: 7 }),
      ...toEvents({ kind: "entries", epoch: "epoch", entries }),
    ];
    for (const { event } of events) expect(ConversationEvent.parse(event)).toEqual(event);
  });
});

it("all followers share the event of a message", () => {
  const [entry] = entries;
  const [ofConversation] = toConversationEvents("room", { kind: "entries", epoch: "e", entries });
  const [ofUser] = toUserEvents("bob", { kind: "entries", entries: entry ? [entry] : [] });
  expect(ofConversation?.event).toBe(ofUser?.event);
});

describe("the news of a user", () => {
  const toEvents = (...[news]: [Parameters<typeof toUserEvents>[1]]) => toUserEvents("bob", news);
  const heads = [place];

  it("have a watermark only after all heads", () => {
    expect(toEvents({ kind: "heads", heads, complete: false })).toEqual([
      { event: { type: "heads", heads, complete: false } },
    ]);
    expect(toEvents({ kind: "heads", heads, complete: true, watermark: "epoch-9" })).toEqual([
      { id: "epoch-9", event: { type: "heads", heads, complete: true } },
    ]);
    expect(toEvents({ kind: "entries", entries })).toEqual(
      entries.map((entry) => ({ event: { type: "message", message: toMessage(entry) } })),
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
      ...toEvents({ kind: "entries", entries }),
      ...toEvents({ kind: "left", ...place }),
    ];
    for (const { event } of events) expect(UserEvent.parse(event)).toEqual(event);
  });
});
