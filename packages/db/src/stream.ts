/** The name of one ordered log: a conversation's, or a user's notes. */
export type Stream = `c:${string}` | `n:${string}`;

/** Names the log that a message belongs to. */
export function streamOf(message: { conversation_id: string | null; user_id: string }): Stream {
  return message.conversation_id === null
    ? noteStream(message.user_id)
    : conversationStream(message.conversation_id);
}

/** Names the log of a conversation. */
export function conversationStream(conversationId: string): Stream {
  return `c:${conversationId}`;
}

/** Names the log of a user's notes. */
export function noteStream(userId: string): Stream {
  return `n:${userId}`;
}

/** Returns the id of the conversation that a log belongs to; `null` for notes. */
export function conversationOf(stream: Stream): string | null {
  return stream.startsWith("c:") ? stream.slice(2) : null;
}
