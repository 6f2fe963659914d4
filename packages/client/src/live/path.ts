import { ChatError } from "../errors.ts";

/**
 * Returns the path of the events of a conversation or a user, after a place if one is given.
 * @throws ChatError `bad_request` when the id or the place cannot be part of a URL.
 */
export function toEventsPath(
  noun: "messages" | "users",
  id: string,
  after?: string | number,
): string {
  // URLs resolve these segments, escaped or not, to another path: https://url.spec.whatwg.org/#dot-segments
  if (["", ".", ".."].includes(id)) {
    throw new ChatError("bad_request", 'an id must not be empty, "." or ".."');
  }
  try {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    return `/${noun}/${encodeURIComponent(id)}/events${query}`;
  } catch (cause) {
    throw new ChatError("bad_request", "an id and a position must be well-formed Unicode", {
      cause,
    });
  }
}
