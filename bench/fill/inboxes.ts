import type { ChatStore } from "@chatnest/db";
import { fillConversations } from "./store.ts";

const atOnce = 32;

/** The name of the user who is in so many conversations. */
export function userIn(count: number): string {
  return `in-${count}`;
}

/** Fills a store with users who are in so many conversations of 5 messages each, none of which they have read. */
export async function fillInboxes(store: ChatStore, counts: readonly number[]): Promise<void> {
  const conversations = Array.from({ length: Math.max(...counts) }, (_, n) => {
    const user_ids = counts.filter((count) => n < count).map(userIn);
    return { id: `room-${n}`, user_ids, length: 5 };
  });
  await fillConversations(store, conversations, atOnce);
}
