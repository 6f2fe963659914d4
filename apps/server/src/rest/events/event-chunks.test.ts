import type { MessageEntry } from "@chatnest/db";
import { expect, it } from "vitest";
import { EventChunks, type LiveFollowing } from "./event-chunks.ts";

/** A message that counts how often it is written. */
function countedEntry(seq: number) {
  let count = 0;
  const entry: MessageEntry = {
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
  const events = {
    messages: { type: "message", message: entry } as const,
    all: { type: "entry", entry } as const,
  };
  return { entry, events, written: () => count };
}

const [first, second] = [countedEntry(1), countedEntry(2)];
const eventsOf = new Map([first, second].map(({ entry, events }) => [entry.seq, events]));
const erasures = { apply: <TEntry>(entry: TEntry) => entry };
const toBatch = (...entries: MessageEntry[]) => ({ kind: "entries", entries, erasures }) as const;
const batch = toBatch(first.entry, second.entry);

/** A following that counts how often a batch is taken apart; with ids, or without. */
function countedFollowing(hasIds: boolean, entries?: "all") {
  const counted = {
    takenApart: 0,
    entries,
    toEvents(news: Parameters<LiveFollowing["toEvents"]>[0]) {
      counted.takenApart++;
      if (news.kind !== "entries") throw new Error(`this is no batch: ${news.kind}`);
      return news.entries.flatMap(({ seq }) => {
        const event = eventsOf.get(seq)?.[entries ?? "messages"];
        return event ? [{ event, ...(hasIds && { id: `epoch-${seq}` }) }] : [];
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

  const rest = toBatch(second.entry);
  expect(chunk.toString()).toContain(ofConversation.toChunk(withIds, rest).toString());
  expect([first.written(), second.written()]).toEqual([1, 1]);
});

it("is made once more for all who ask for all entries, each with its kind as the event", () => {
  const chunks = new EventChunks();
  const [asking, other] = [countedFollowing(true, "all"), countedFollowing(true)];
  const before = first.written();
  const chunk = chunks.toChunk(asking, batch);
  expect(chunks.toChunk(other, batch)).not.toBe(chunk);
  expect(chunks.toChunk(asking, batch)).toBe(chunk);
  expect([asking.takenApart, other.takenApart]).toEqual([1, 1]);
  expect(first.written()).toBe(before + 1);
  const data = JSON.stringify(second.entry);
  expect(chunk.toString()).toContain(`id: epoch-2\nevent: message\ndata: ${data}\n\n`);
});

it("is the event of a message with the message as its data", () => {
  const data = JSON.stringify(first.entry);
  const chunk = new EventChunks().toChunk(countedFollowing(true), toBatch(first.entry));
  expect(chunk.toString()).toBe(`id: epoch-1\nevent: message\ndata: ${data}\n\n`);
});

it("is an id alone where only the position changes, and empty where nothing is sent", () => {
  const moving = { entries: undefined, toEvents: () => [{ id: "epoch-33" }] };
  expect(new EventChunks().toChunk(moving, batch).toString()).toBe("id: epoch-33\n\n");
  const silent = { entries: undefined, toEvents: () => [] };
  expect(new EventChunks().toChunk(silent, batch)).toHaveLength(0);
});

it("is made of anything else each time, without its type in the data", () => {
  const place = { conversation_id: "room", last_seq: 3 };
  const following = {
    entries: undefined,
    toEvents: () => [{ id: "epoch-3", event: { type: "ready", ...place } as const }],
  };
  const news = { kind: "ready", epoch: "epoch", seq: 3, last_seq: 3 } as const;
  expect(new EventChunks().toChunk(following, news)).toBe(
    `id: epoch-3\nevent: ready\ndata: ${JSON.stringify(place)}\n\n`,
  );
});
