/** Writes an event as a server does. */
export function write(event: string, data: unknown, id?: string): string {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return `${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Writes where all conversations of a user end. */
export function heads(...places: [string, number][]): string {
  const told = places.map(([conversation_id, last_seq]) => ({ conversation_id, last_seq }));
  return write("heads", { heads: told, complete: true }, "e-1000");
}

/** Makes a message as a server tells it. */
export function message(conversation_id: string, seq: number) {
  const timestamp = "2026-01-01T00:00:00.000Z";
  return { id: `message-${seq}`, user_id: "ann", content: "x", timestamp, conversation_id, seq };
}
