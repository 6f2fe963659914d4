import { type ChatStore, type ConversationHead, conversationStream } from "@chatnest/db";
import { nextTurn } from "../../turn.ts";

/**
 * Finds the `seq` after which all entries are at least as new as a user's joining, with at most two reads plus log2 of the
 * length of the log. The times in a log never decrease, except after an import: then it finds one of the possible places.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function findJoinedSeq(
  { log }: Pick<ChatStore, "log">,
  { conversation_id, last_seq }: ConversationHead,
  joinedAt: Date,
): Promise<number> {
  const since = joinedAt.toISOString();
  const stream = conversationStream(conversation_id);
  let [older, newer] = [0, last_seq];
  // Most users joined at the head, or were members from the start.
  for (let reads = 0; older < newer; reads++) {
    // Gives other work a turn: the embedded store answers in the same one.
    await nextTurn();
    const after = [newer - 1, 0][reads] ?? Math.floor((older + newer) / 2);
    const [next] = await log.page(stream, { after, limit: 1, from: "oldest" });
    if (next && next.seq <= newer && next.timestamp < since) older = next.seq;
    else newer = after;
  }
  return older;
}
