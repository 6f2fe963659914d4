import { ChatError } from "../errors.ts";

/**
 * Writes where the events of a conversation or a user are.
 * @throws ChatError `bad_request` when the id cannot be part of a URL.
 */
export function toEventsPath(noun: "messages" | "users", id: string): string {
  try {
    return `/${noun}/${encodeURIComponent(id)}/events`;
  } catch (cause) {
    throw new ChatError("bad_request", "an id is well-formed Unicode", { cause });
  }
}
