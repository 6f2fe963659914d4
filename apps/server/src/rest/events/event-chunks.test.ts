import type { Entry } from "@chatnest/db";
import { expect, it } from "vitest";
import { EventChunks, type LiveFollowing } from "./event-chunks.ts";

/** The event of a message that counts how often it is written. */
function countedEvent(seq: number) {
  let count = 0;
  const entry: Entry = {
    kind: "message",
    id: `message-${seq}`,
    user_id: "ann",
    timestamp: "2026-01-01T00:00:00.000Z",
    conversation_id: "room",
    seq,
    get content() {
      count++;
      return "hi";
    },
  };
  return { entry, event: { type: "message", message: entry } as const, written: () => count };
}

const [first, second] = [countedEvent(1), countedEvent(2)];
const events = new Map([first, second].map(({ entry, event }) => [entry, event]));
const entries = [...events.keys()];
const batch = { kind: "entries", entries } as const;

/** A following that counts how often a batch is taken apart; with ids, or without. */
function countedFollowing(hasIds: boolean) {
  const counted = {
    takenApart: 0,
    toEvents(news: Parameters<LiveFollowing["toEvents"]>[0]) {
      counted.takenApart++;
      if (news.kind !== "entries") throw new Error(`this is no batch: ${news.kind}`);
      return news.entries.flatMap((entry) => {
        const event = events.get(entry);
        return event ? [{ event, ...(hasIds && { id: `epoch-${entry.seq}` }) }] : [];
      });
    },
  };
  return counted;
}

it("is made once for all who get the same batch on a path, and of each message once for all paths", () => {
  const [ofConversation, ofUser] = [new EventChunks(), new EventChunks()];
  const [withIds, withoutIds] = [countedFollowing(true), countedFollowing(false)];
  const chunk = ofConversation.toChunk(withIds, batch);
  expect(ofConversation.toChunk(withIds, batch)).toBe(chunk);
  expect(ofUser.toChunk(withoutIds, batch)).toBe(ofUser.toChunk(withoutIds, batch));
  expect([withIds.takenApart, withoutIds.takenApart]).toEqual([1, 1]);

  const rest = { kind: "entries", entries: [second.entry] } as const;
  expect(chunk.toString()).toContain(ofConversation.toChunk(withIds, rest).toString());
  expect([first.written(), second.written()]).toEqual([1, 1]);
});

it("is the event of a message with the message as its data", () => {
  const data = JSON.stringify(first.event.message);
  const chunk = new EventChunks().toChunk(countedFollowing(true), {
    kind: "entries",
    entries: [first.entry],
  });
  expect(chunk.toString()).toBe(`id: epoch-1\nevent: message\ndata: ${data}\n\n`);
});

it("is made of anything else each time, without its type in the data", () => {
  const place = { conversation_id: "room", last_seq: 3 };
  const following = {
    toEvents: () => [{ id: "epoch-3", event: { type: "ready", ...place } as const }],
  };
  const news = { kind: "ready", epoch: "epoch", seq: 3, last_seq: 3 } as const;
  expect(new EventChunks().toChunk(following, news)).toBe(
    `id: epoch-3\nevent: ready\ndata: ${JSON.stringify(place)}\n\n`,
  );
});
