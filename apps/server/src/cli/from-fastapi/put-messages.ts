import { type ChatStore, isStoreError, type NewMessage } from "@chatnest/db";

/** A message to be stored, and the key of its document. */
export interface KeyedMessage {
  key: string;
  message: NewMessage;
}

/** What became of a message, and where it is. */
export type PutResult = { status: "stored" | "existing"; seq: number } | { reason: string };

/**
 * Stores messages, those of each conversation in the given order.
 * @throws StoreError `unavailable`, `closed`: then the outcome is not known, and it can be repeated.
 */
export async function putMessages(
  store: ChatStore,
  messages: readonly KeyedMessage[],
): Promise<PutResult[]> {
  // Appended together, so that they share groups.
  const outcomes = await Promise.allSettled(
    messages.map(({ message }) => store.log.append(message)),
  );
  return outcomes.map((outcome): PutResult => {
    if (outcome.status === "fulfilled") {
      const { created, entry } = outcome.value;
      return { status: created ? "stored" : "existing", seq: entry?.seq ?? 0 };
    }
    const error: unknown = outcome.reason;
    if (isStoreError(error, "conflict") || isStoreError(error, "invalid")) {
      return { reason: error.message };
    }
    throw error;
  });
}

const membersAtOnce = 500;

/**
 * Marks all that was imported into a conversation as read by its members, except where a member has marked something as unread.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function markAsRead(
  store: ChatStore,
  conversation_id: string,
  read_seq: number,
): Promise<void> {
  const range = { limit: membersAtOnce } as const;
  let members = await store.reads.list(conversation_id, range);
  while (members.length > 0) {
    const behind = members.filter((member) => member.read_seq < read_seq);
    await Promise.all(
      behind.map(async ({ user_id }) => {
        try {
          await store.reads.mark({ conversation_id, user_id }, { read_seq, revision: 0 });
        } catch (error) {
          // It has left meanwhile.
          if (!isStoreError(error, "not_found")) throw error;
        }
      }),
    );
    const last = members.at(-1);
    if (!last || members.length < membersAtOnce) return;
    members = await store.reads.list(conversation_id, { ...range, after: last });
  }
}
