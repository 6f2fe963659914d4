import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import type { Conversation, Message } from "../entities.ts";
import { StoreError } from "../errors.ts";
import type { Members } from "./members.ts";
import { type ConversationRow, toTimestamp } from "./rows.ts";

/** What is read to show a conversation. */
export interface ViewParts {
  find(conversationId: string): ConversationRow | undefined;
  members: Pick<Members, "of">;
  /** Reads the newest messages of a conversation, oldest first. */
  newestOf(conversationId: string, limit: number): Message[];
}

/** How long conversations are read before other work gets a turn of the event loop, in ms. */
const turnMs = 4;

/**
 * Opens the function that reads conversations, each with its `newest` newest messages. Each is read in one turn of the event
 * loop, so that it is consistent; other work gets a turn between two of them.
 */
export function openConversationViews(
  db: DatabaseSync,
  { find, members, newestOf }: ViewParts,
): (ids: readonly string[], newest: number) => Promise<Conversation[]> {
  let lastTurn: Promise<void> = Promise.resolve();

  // Concurrent calls queue for turns: otherwise all of them would continue in the same one.
  function nextTurn(): Promise<void> {
    lastTurn = lastTurn.then(() => turn());
    return lastTurn;
  }

  function toConversation(row: ConversationRow, newest: number): Conversation {
    const { user_ids, member_count } = members.of(row.id);
    return {
      id: row.id,
      user_ids,
      messages: newest === 0 ? [] : newestOf(row.id, newest),
      created_at: toTimestamp(row.created_at),
      last_seq: row.last_seq,
      member_count,
      last_activity_at: toTimestamp(row.last_activity_at),
    };
  }

  return async (ids, newest) => {
    const read: Conversation[] = [];
    let startedAt = performance.now();
    for (const id of ids) {
      if (performance.now() - startedAt > turnMs) {
        await nextTurn();
        if (!db.isOpen) throw new StoreError("closed", "the store is closed");
        startedAt = performance.now();
      }
      const row = find(id);
      if (row) read.push(toConversation(row, newest));
    }
    return read;
  };
}
