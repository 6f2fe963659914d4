import { type ChatStore, type ConversationHead, conversationStream } from "@chatnest/db";
import { nextTurn } from "../../turn.ts";

/**
 * Finds the place in a conversation behind which everything was said since a user joined it, in no more than two reads and
 * log2 of its length. Times of a log never go down; where an import made them, it is one of the places where they fit.
 */
export async function findJoinedSeq(
  { log }: Pick<ChatStore, "log">,
  { conversation_id, last_seq }: ConversationHead,
  joinedAt: Date,
): Promise<number> {
  const since = joinedAt.toISOString();
  const stream = conversationStream(conversation_id);
  let [older, newer] = [0, last_seq];
  // Most join at its end, or are in it from the beginning.
  for (let reads = 0; older < newer; reads++) {
    // Others have their turn, too: some stores answer in the same one.
    await nextTurn();
    const after = [newer - 1, 0][reads] ?? Math.floor((older + newer) / 2);
    const [next] = await log.page(stream, { after, limit: 1, from: "oldest" });
    if (next && next.seq <= newer && next.timestamp < since) older = next.seq;
    else newer = after;
  }
  return older;
}
