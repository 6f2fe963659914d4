// What the servers of most rows are filled with, the same for ChatNest and for its peers.
import { plainText } from "../text.ts";

/** When the first message was sent, in ms since 1970: conversations are quiet when they are read. */
const startMs = Date.parse("2026-01-01T00:00:00Z");

export const longLength = 100_000;
const talks = 1_000;
const rooms = 4_000;
const talkLength = 60;
const roomLength = 5;

/** The user of 20 conversations, and the one of 5,000. */
export const inboxUsers = { few: "few", many: "many" } as const;

/** A conversation to be filled. */
export interface FilledConversation {
  id: string;
  user_ids: string[];
  length: number;
}

/** A message to be stored. */
export interface FilledMessage {
  id: string;
  user_id: string;
  content: string;
  timestamp: string;
  conversation_id: string;
}

/** The names of 1,000 conversations of 60 messages. */
export const talkNames = Array.from({ length: talks }, (_, n) => `talk-${n}`);

/** One of 100,000 messages, 1,000 of 60 and 4,000 of 5. */
export function conversationsOfFill(): FilledConversation[] {
  const { few, many } = inboxUsers;
  return [
    { id: "long", user_ids: ["ann"], length: longLength },
    ...talkNames.map((id, n) => {
      return { id, user_ids: n < 20 ? ["ann", many, few] : ["ann", many], length: talkLength };
    }),
    ...Array.from({ length: rooms }, (_, n) => {
      return { id: `room-${n}`, user_ids: ["ann", many], length: roomLength };
    }),
  ];
}

/** Makes message n of a conversation, counted from 1; each is a second after the one before. */
export function messageOfFill(conversation_id: string, n: number): FilledMessage {
  return {
    id: `message-${n}`,
    user_id: "ann",
    content: plainText,
    timestamp: timeOfFill(n),
    conversation_id,
  };
}

/** The time of message n, ISO 8601. */
export function timeOfFill(n: number): string {
  return new Date(startMs + n * 1_000).toISOString();
}
