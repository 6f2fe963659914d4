import { randomUUID } from "node:crypto";
import type { Live } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import { append } from "./append.ts";

/** Stores messages, all at once, each saying its number. */
export async function say(store: ChatStore, conversation_id: string, count = 1): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      append(store, {
        id: randomUUID(),
        user_id: "ann",
        content: String(n),
        conversation_id,
      }),
    ),
  );
}

/** Makes `1..last`, or `first..last`. */
export function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** What is live, and how many follow. */
export interface CountedLive extends Live {
  /** How many follow now. */
  following: number;
  /** How many ever began. */
  begun: number;
}

/** Counts who follows: from the first step of a following to its end, however it ends. */
export function countLive(live: Live): CountedLive {
  async function* count<TNews>(news: AsyncGenerator<TNews, void>): AsyncGenerator<TNews, void> {
    counted.following++;
    counted.begun++;
    try {
      yield* news;
    } finally {
      counted.following--;
    }
  }
  const counted: CountedLive = {
    following: 0,
    begun: 0,
    followConversation: (input, signal) => count(live.followConversation(input, signal)),
    followUser: (input, signal) => count(live.followUser(input, signal)),
    close: () => live.close(),
  };
  return counted;
}
