import type { Message } from "@chatnest/api";
import { expect, it } from "vitest";
import { toConversationChunk, toUserChunk } from "./event-chunks.ts";

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

it("is made once for all who get the same messages, and of each message once for all", () => {
  const [first, second] = [countedMessage(1), countedMessage(2)];
  const messages = [first.message, second.message];
  const both = () => toConversationChunk("room", { kind: "messages", epoch: "epoch", messages });
  const chunk = both();
  expect(both()).toBe(chunk);
  const ofUser = () => toUserChunk("bob", { kind: "messages", messages });
  expect(ofUser()).toBe(ofUser());
  const rest = { kind: "messages", epoch: "epoch", messages: [second.message] } as const;
  expect(chunk.toString()).toContain(toConversationChunk("room", rest).toString());
  expect([first.written(), second.written()]).toEqual([1, 1]);
});
