import type { InboxPosition, ListedRead, Reactor } from "@chatnest/db";
import { z } from "zod";
import { ChatError } from "./errors.ts";
import { ReactionKey, Seq, UserId } from "./schemas/ids.ts";

const place = [z.iso.datetime(), z.string()] as const;
// One that is not pinned has the cursor that it had before there were pinned ones.
const InboxCursor = z.union([z.tuple(place), z.tuple([...place, z.literal(true)])]);
const ReactorCursor = z.tuple([ReactionKey, Seq]);
const ReadCursor = z.tuple([z.int(), UserId]);

/** Writes a position in an inbox as opaque text. */
export function toCursor({ pinned, last_activity_at, id }: InboxPosition): string {
  return encode(pinned ? [last_activity_at, id, pinned] : [last_activity_at, id]);
}

/**
 * Reads a position in an inbox.
 * @throws ChatError `validation_failed` when the text is not a cursor.
 */
export function parseCursor(cursor: string): InboxPosition {
  const [last_activity_at, id, pinned = false] = decode(cursor, InboxCursor);
  return { pinned, last_activity_at, id };
}

/** A position among the reactions to a message. */
type ReactorPosition = Pick<Reactor, "key" | "seq">;

/** Writes a position among the reactions to a message as opaque text. */
export function toReactorCursor({ key, seq }: ReactorPosition): string {
  return encode([key, seq]);
}

/**
 * Reads a position among the reactions to a message.
 * @throws ChatError `validation_failed` when the text is not a cursor.
 */
export function parseReactorCursor(cursor: string): ReactorPosition {
  const [key, seq] = decode(cursor, ReactorCursor);
  return { key, seq };
}

/** A position among the members of a conversation. */
type ReadPosition = Pick<ListedRead, "place" | "user_id">;

/** Writes a position among the members of a conversation as opaque text. */
export function toReadCursor({ place, user_id }: ReadPosition): string {
  return encode([place, user_id]);
}

/**
 * Reads a position among the members of a conversation.
 * @throws ChatError `validation_failed` when the text is not a cursor.
 */
export function parseReadCursor(cursor: string): ReadPosition {
  const [place, user_id] = decode(cursor, ReadCursor);
  return { place, user_id };
}

function encode(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function decode<TPosition extends readonly unknown[]>(
  cursor: string,
  schema: z.ZodType<TPosition>,
): TPosition {
  try {
    const position = schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    // Decoding is lenient, but only the exact text that was issued is a cursor.
    if (encode(position) !== cursor) throw new Error("it was altered");
    return position;
  } catch (error) {
    const message = "is not a cursor of this server";
    const issues = [{ path: "cursor", code: "invalid_format", message }];
    throw new ChatError("validation_failed", `cursor: ${message}`, { issues, cause: error });
  }
}
