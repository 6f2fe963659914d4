import { createHash } from "node:crypto";
import type { Message } from "../entities.ts";
import { sortNames } from "../metadata.ts";

/** What of a message a hook can change, and what makes the hash of each message another one. */
type Hashed = Pick<Message, "id" | "conversation_id" | "content" | "mentions" | "metadata">;

/** Makes the hash (SHA-256, base64url) of what was sent: its text, mentions and metadata. */
export function hashSent({
  id,
  conversation_id,
  content,
  mentions = [],
  metadata,
}: Hashed): string {
  const parts = [conversation_id, id, content, mentions, metadata ? sortNames(metadata) : null];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

/** Tells whether a text is such a hash. */
export function isSentHash(value: string): boolean {
  return /^[\w-]{43}$/.test(value);
}
