import type { InboxPosition, Reactor } from "@chatnest/db";
import { z } from "zod";
import { ChatError } from "./errors.ts";
import { ReactionKey, Seq } from "./schemas/ids.ts";

const InboxCursor = z.tuple([z.iso.datetime(), z.string()]);
const ReactorCursor = z.tuple([ReactionKey, Seq]);

/** Writes a position in an inbox as opaque text. */
export function toCursor({ last_activity_at, id }: InboxPosition): string {
  return encode([last_activity_at, id]);
}

/**
 * Reads a position in an inbox.
 * @throws ChatError `validation_failed` when the text is not a cursor.
 */
export function parseCursor(cursor: string): InboxPosition {
  const [last_activity_at, id] = decode(cursor, InboxCursor);
  return { last_activity_at, id };
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
