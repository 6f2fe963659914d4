import type { DatabaseSync } from "node:sqlite";
import { RecentMap } from "../../commit/recent-map.ts";
import { prepareCommand } from "../statements.ts";

/** The statements that wake. A test checks the query plan of each. */
export const wakingSql = {
  unsettle: "UPDATE conversations SET settled = 0 WHERE id = ? AND settled = 1",
  clear: "UPDATE members SET active_at = NULL WHERE conversation_id = ?",
} as const;

/** How many conversations are remembered as awake. */
const rememberedMax = 50_000;

/** The conversations whose memberships do not have their activity, nor what is unread. */
export interface Waking {
  /** Removes the activity of a conversation from its memberships, before it changes. To be called in the same transaction. */
  wake(conversationId: string): void;
  /** Forgets that a conversation is awake. */
  settle(conversationId: string): void;
  /** Forgets all, after a transaction was rolled back. */
  forget(): void;
}

/** Opens the waking of conversations. One that is known to be awake costs no statement. */
export function openWaking(db: DatabaseSync): Waking {
  const unsettle = prepareCommand(db, wakingSql.unsettle);
  const clear = prepareCommand(db, wakingSql.clear);
  const awake = new RecentMap<string, true>(rememberedMax);

  return {
    wake(conversationId) {
      if (awake.get(conversationId)) return;
      if (unsettle.run(conversationId) > 0) clear.run(conversationId);
      awake.set(conversationId, true);
    },
    settle: (conversationId) => awake.delete(conversationId),
    forget: () => awake.clear(),
  };
}
