import { ChatError } from "../errors.ts";

/**
 * Writes where the events of a conversation or a user are, behind a place if one is given.
 * @throws ChatError `bad_request` when the id or the place cannot be part of a URL.
 */
export function toEventsPath(
  noun: "messages" | "users",
  id: string,
  after?: string | number,
): string {
  // A URL takes these for folders, escaped or not, and leads to some other path: https://url.spec.whatwg.org/#dot-segments
  if (["", ".", ".."].includes(id)) {
    throw new ChatError("bad_request", "an id is not empty, and not . or ..");
  }
  try {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    return `/${noun}/${encodeURIComponent(id)}/events${query}`;
  } catch (cause) {
    throw new ChatError("bad_request", "an id or a place is well-formed Unicode", { cause });
  }
}
