import type { Message } from "@chatnest/api";
import { expect, it } from "vitest";
import { EventChunks, type LiveFollowing } from "./event-chunks.ts";

/** A message that counts how often it is written. */
function countedMessage(seq: number): { message: Message; written: () => number } {
  let count = 0;
  const message = {
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
  return { message, written: () => count };
}

/** A following that counts how often a batch is taken apart; with ids, or without. */
function countedFollowing(hasIds: boolean) {
  const counted = {
    takenApart: 0,
    toEvents(news: Parameters<LiveFollowing["toEvents"]>[0]) {
      counted.takenApart++;
      if (news.kind !== "messages") throw new Error(`this is no batch: ${news.kind}`);
      return news.messages.map((message) => ({
        ...(hasIds && { id: `epoch-${message.seq}` }),
        event: { type: "message", message } as const,
      }));
    },
  };
  return counted;
}

const [first, second] = [countedMessage(1), countedMessage(2)];
const messages = [first.message, second.message];
const batch = { kind: "messages", messages } as const;

it("is made once for all who get the same batch on a path, and of each message once for all paths", () => {
  const [ofConversation, ofUser] = [new EventChunks(), new EventChunks()];
  const [withIds, withoutIds] = [countedFollowing(true), countedFollowing(false)];
  const chunk = ofConversation.toChunk(withIds, batch);
  expect(ofConversation.toChunk(withIds, batch)).toBe(chunk);
  expect(ofUser.toChunk(withoutIds, batch)).toBe(ofUser.toChunk(withoutIds, batch));
  expect([withIds.takenApart, withoutIds.takenApart]).toEqual([1, 1]);

  const rest = { kind: "messages", messages: [second.message] } as const;
  expect(chunk.toString()).toContain(ofConversation.toChunk(withIds, rest).toString());
  expect([first.written(), second.written()]).toEqual([1, 1]);
});

it("is the event of a message with the message as its data", () => {
  const data = JSON.stringify(first.message);
  const chunk = new EventChunks().toChunk(countedFollowing(true), {
    kind: "messages",
    messages: [first.message],
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
