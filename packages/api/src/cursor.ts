import type { InboxPosition } from "@chatnest/db";
import { z } from "zod";
import { ChatError } from "./errors.ts";

const Cursor = z.tuple([z.iso.datetime(), z.string()]);

/** Writes a position in an inbox as opaque text. */
export function toCursor({ last_activity_at, id }: InboxPosition): string {
  return Buffer.from(JSON.stringify([last_activity_at, id])).toString("base64url");
}

/**
 * Reads a position in an inbox.
 * @throws ChatError `validation_failed` when the text is not a cursor.
 */
export function parseCursor(cursor: string): InboxPosition {
  try {
    const text = Buffer.from(cursor, "base64url").toString();
    const [last_activity_at, id] = Cursor.parse(JSON.parse(text));
    const position = { last_activity_at, id };
    // Decoding is lenient, but only the exact text that was issued is a cursor.
    if (toCursor(position) !== cursor) throw new Error("it was altered");
    return position;
  } catch (error) {
    const message = "is not a cursor of this server";
    const issues = [{ path: "cursor", code: "invalid_format", message }];
    throw new ChatError("validation_failed", `cursor: ${message}`, { issues, cause: error });
  }
}
