import type { Message } from "./entities.ts";
import { StoreError } from "./errors.ts";
import { isContent, isId, isMessageId } from "./limits.ts";
import type { NewMessage } from "./store.ts";

// With a zone: without one, the machine's own would count. Four digits a year: ISO 8601 has no other without agreement.
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const timeMin = Date.parse("0000-01-01T00:00:00.000Z");
const timeMax = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Refuses a message that a store could not give back unchanged.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkNewMessage(message: NewMessage): void {
  if (!isMessageId(message.id)) throw invalid("id");
  if (!isId(message.user_id)) throw invalid("user_id");
  if (message.conversation_id !== null && !isId(message.conversation_id)) {
    throw invalid("conversation_id");
  }
  if (!isContent(message.content)) throw invalid("content");
  if (message.timestamp !== undefined && !isTimestamp(message.timestamp)) {
    throw invalid("timestamp");
  }
}

function isTimestamp(value: string): boolean {
  if (!timestampPattern.test(value)) return false;
  const time = Date.parse(value);
  return time >= timeMin && time <= timeMax;
}

/** Picks the time of a message, in ms since 1970: the given one, else now, but never below the message before it. */
export function timeOf(message: NewMessage, timeBefore: number | undefined): number {
  if (message.timestamp !== undefined) return Date.parse(message.timestamp);
  return Math.max(Date.now(), timeBefore ?? 0);
}

/**
 * Settles what a message is that finds its id taken: the same one again, or another.
 * @throws StoreError `conflict` when the stored body differs.
 */
export function checkSameMessage(stored: Message, message: NewMessage): void {
  const isSame =
    stored.user_id === message.user_id &&
    stored.content === message.content &&
    (message.timestamp === undefined ||
      Date.parse(stored.timestamp) === Date.parse(message.timestamp));
  if (!isSame) {
    throw new StoreError("conflict", `another message has the id ${message.id}`);
  }
}

function invalid(field: string): StoreError {
  return new StoreError("invalid", `a message with this ${field} cannot be stored`);
}
