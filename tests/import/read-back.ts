/** A message as REST shows it. */
export interface ReadMessage {
  id: string;
  user_id: string;
  content: string;
  timestamp: string;
  conversation_id: string | null;
  seq: number;
}

/** Reads all messages of a conversation through REST. */
export async function readAll(url: string, conversationId: string): Promise<ReadMessage[]> {
  const answer = await fetch(`${url}/messages/${encodeURIComponent(conversationId)}`);
  if (answer.status !== 200) throw new Error(`${conversationId}: ${answer.status}`);
  return (await answer.json()) as ReadMessage[];
}

/** Reads the texts of a conversation through REST. */
export async function readContents(url: string, conversationId: string): Promise<string[]> {
  return (await readAll(url, conversationId)).map(({ content }) => content);
}
