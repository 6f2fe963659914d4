import { type ChatStore, hashOfMembers, isStoreError } from "@chatnest/db";
import type { FormerConversation } from "./parse-documents.ts";

/**
 * Stores a conversation with its members and the time of its creation, without messages. Of one that is there, members that are
 * new are added, unless it was stored with the same members before.
 * @returns whether it was stored now.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function putConversation(
  store: ChatStore,
  conversation: FormerConversation,
): Promise<boolean> {
  const { id, user_ids } = conversation;
  const created_with = hashOfMembers(user_ids);
  const found = await store.transfer.find(id);
  // Who has left since must not come back by a second run.
  if (found?.isBegun === false && found.conversation.created_with === created_with) return false;
  const isFree = found === null || found.isBegun;
  if (isFree && (await create(store, conversation, created_with))) return true;
  for (const user_id of user_ids) await join(store, { conversation_id: id, user_id });
  return false;
}

/** Returns `false` when somebody has begun the conversation meanwhile. */
async function create(
  store: ChatStore,
  { id, user_ids, created_at }: FormerConversation,
  created_with: string,
): Promise<boolean> {
  const joined = { joined_at: created_at, read_seq: 0, revision: 0 };
  const settings = { muted_until: null, pinned: false, archived_seq: null };
  const counts = { read_count: 0, own_count: 0, own_seq: 0 };
  const members = user_ids.map((user_id) => ({ user_id, ...joined, ...settings, ...counts }));
  try {
    await store.transfer.begin({ id, created_at, created_with });
    await store.transfer.finish(id, members);
    return true;
  } catch (error) {
    if (!isStoreError(error, "conflict")) throw error;
    return false;
  }
}

async function join(
  store: ChatStore,
  member: { conversation_id: string; user_id: string },
): Promise<void> {
  try {
    await store.members.join(member);
  } catch (error) {
    // Another process has removed it: nothing does, but it would be no reason to stop.
    if (!isStoreError(error, "not_found")) throw error;
  }
}
