import type { Entry } from "@chatnest/db";
import { expect, it } from "vitest";
import { toConversationChunk, toUserChunk } from "./event-chunks.ts";

/** An entry that counts how often it is written. */
function countedEntry(seq: number): { entry: Entry; written: () => number } {
  let count = 0;
  const entry = {
    kind: "message" as const,
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
  return { entry, written: () => count };
}

it("is made once for all who get the same entries, and of each entry once for all", () => {
  const [first, second] = [countedEntry(1), countedEntry(2)];
  const entries = [first.entry, second.entry];
  const both = () => toConversationChunk("room", { kind: "entries", epoch: "epoch", entries });
  const chunk = both();
  expect(both()).toBe(chunk);
  const ofUser = () => toUserChunk("bob", { kind: "entries", entries });
  expect(ofUser()).toBe(ofUser());
  const rest = { kind: "entries", epoch: "epoch", entries: [second.entry] } as const;
  expect(chunk.toString()).toContain(toConversationChunk("room", rest).toString());
  expect([first.written(), second.written()]).toEqual([1, 1]);
});
