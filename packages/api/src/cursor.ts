import type { InboxPosition } from "@chatnest/db";
import { z } from "zod";
import { ChatError } from "./errors.ts";

const Cursor = z.tuple([z.iso.datetime(), z.string()]);

/** Writes a place in an inbox as an opaque text. */
export function toCursor({ last_activity_at, id }: InboxPosition): string {
  return Buffer.from(JSON.stringify([last_activity_at, id])).toString("base64url");
}

/**
 * Reads a place in an inbox.
 * @throws ChatError `validation_failed` when it is no cursor.
 */
export function parseCursor(cursor: string): InboxPosition {
  try {
    const text = Buffer.from(cursor, "base64url").toString();
    const [last_activity_at, id] = Cursor.parse(JSON.parse(text));
    const position = { last_activity_at, id };
    // Decoding is lenient; a cursor is what we wrote, to the letter.
    if (toCursor(position) !== cursor) throw new Error("it was altered");
    return position;
  } catch (error) {
    const message = "is no cursor of ours";
    const issues = [{ path: "cursor", code: "invalid_format", message }];
    throw new ChatError("validation_failed", `cursor: ${message}`, { issues, cause: error });
  }
}
