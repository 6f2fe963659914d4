import type { ChatStore } from "@chatnest/db";
import type { Inboxes } from "./inboxes.ts";

/**
 * Reads which of the users whose inboxes are followed are members of conversations.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function readConnected(
  { members }: Pick<ChatStore, "members">,
  users: Inboxes["users"],
  conversationIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (users.size === 0) return new Map();
  const user_ids = [...users.keys()];
  const found = await members.among({ conversation_ids: conversationIds, user_ids });
  const byConversation = Map.groupBy(found, ({ conversation_id }) => conversation_id);
  return new Map([...byConversation].map(([id, some]) => [id, some.map(({ user_id }) => user_id)]));
}
