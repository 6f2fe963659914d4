import type { Message } from "@chatnest/db";
import { type Answer, pathOf, type RestServer, unique } from "./rest.ts";

/** A conversation of a test's own that begins with one message, and the paths of it. */
export interface Said {
  room: string;
  /** The path of the message at a position, or of what belongs to it. */
  at(seq: number, ...parts: string[]): string;
  /** Sends another message, by ann where nobody else is named. */
  send(fields?: Record<string, unknown>): Promise<Answer<Message>>;
}

/** Lets ann say "first" in a new conversation. */
export async function say(server: RestServer): Promise<Said> {
  const room = unique("room");
  const send = (fields: Record<string, unknown> = {}) =>
    server.post("/messages/", {
      user_id: "ann",
      content: "first",
      conversation_id: room,
      ...fields,
    });
  await send();
  return { room, at: (seq, ...parts) => pathOf("messages", room, String(seq), ...parts), send };
}
