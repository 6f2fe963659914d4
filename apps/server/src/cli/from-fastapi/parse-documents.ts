import { ImportLine, toChatError } from "@chatnest/api";
import { type FormerDocument, idLengthMax, isId, type NewMessage } from "@chatnest/db";
import { z } from "zod";

/** What a document says, or why it cannot be imported. The reason never quotes its text. */
export type Parsed<TValue> = { value: TValue } | { reason: string };

/** A conversation of the former service. */
export interface FormerConversation {
  id: string;
  user_ids: string[];
  /** ISO 8601, UTC, with milliseconds. */
  created_at: string;
}

const idRule = `1 to ${idLengthMax} characters, not blank, no control characters, not . or ..`;
const Id = z.string().refine(isId, idRule);
const time = z
  .preprocess(toDate, z.date("not a date"))
  .refine((date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999, "not a date")
  .transform((date) => date.toISOString());
// The service had more fields than its documentation: they are left out.
const Message = z.object({
  user_id: z.string(),
  content: z.string(),
  timestamp: time,
  conversation_id: z.string().nullable().optional(),
});
const Conversation = z.object({
  id: Id,
  user_ids: z.array(Id).max(100_000),
  created_at: time.optional(),
});

// As datetime.isoformat() of Python writes it.
const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/;

/** Converts a time that was stored as a text. Without an offset it is UTC, as it is in MongoDB. */
function toDate(value: unknown): unknown {
  const [, day, clock, offset = "Z"] = (typeof value === "string" && isoTime.exec(value)) || [];
  return day === undefined ? value : new Date(`${day}T${clock}${offset}`);
}

/** Parses a message of the former service. */
export function parseMessage({ id, fields }: FormerDocument): Parsed<NewMessage> {
  const found = Message.safeParse(fields);
  if (!found.success) return { reason: toChatError(found.error).message };
  // What the store refuses is refused here, in the words of other imports.
  const line = ImportLine.safeParse({ ...found.data, id });
  if (!line.success) return { reason: toChatError(line.error).message };
  const { conversation_id = null, ...rest } = found.data;
  return { value: { kind: "message", id, conversation_id, ...rest } };
}

/** Parses a conversation of the former service. Without an `id`, its `_id` names it. */
export function parseConversation({ key, fields }: FormerDocument): Parsed<FormerConversation> {
  const found = Conversation.safeParse({ ...fields, id: fields["id"] ?? toName(key) });
  if (!found.success) return { reason: toChatError(found.error).message };
  const { id, user_ids, created_at = new Date().toISOString() } = found.data;
  return { value: { id, user_ids: [...new Set(user_ids)], created_at } };
}

/** A key that is a text is shown in quotes. */
function toName(key: string): string {
  const isQuoted = key.startsWith('"');
  return isQuoted ? (JSON.parse(key) as string) : key;
}
