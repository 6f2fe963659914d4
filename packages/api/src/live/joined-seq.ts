import { type ChatStore, type ConversationHead, conversationStream } from "@chatnest/db";

/**
 * Finds the place in a conversation behind which everything was said since a user joined it, in about log2 of its length
 * reads. Times of a log never go down; where an import made them, it is one of the places where they fit.
 */
export async function findJoinedSeq(
  { messages }: ChatStore,
  { conversation_id, last_seq }: ConversationHead,
  joinedAt: Date,
): Promise<number> {
  const since = joinedAt.toISOString();
  const stream = conversationStream(conversation_id);
  let [older, newer] = [0, last_seq];
  while (older < newer) {
    const after = Math.floor((older + newer) / 2);
    const [next] = await messages.page(stream, { after, limit: 1, from: "oldest" });
    if (next && next.seq <= newer && next.timestamp < since) older = next.seq;
    else newer = after;
  }
  return older;
}
