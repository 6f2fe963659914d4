import type { Conversation, Mentions, Reaction } from "../entities.ts";
import { pageLengthMax } from "../limits.ts";
import { type Metadata, toMetadataText } from "../metadata.ts";
import type { LogRange } from "../ports/log.ts";

/** A message, an entry or a version. */
export interface PageItem {
  seq: number;
  content?: string;
  mentions?: Mentions;
  metadata?: Metadata;
  reactions?: readonly Reaction[];
}

/** Returns how long the texts of an item of a page are, with its metadata and mentions, and the keys and users of its reactions. */
export function lengthOf({ content = "", mentions, metadata, reactions }: PageItem): number {
  const ofMentions = typeof mentions === "object" ? sumOf(mentions) : 0;
  const ofText = content.length + ofMentions + (metadata ? toMetadataText(metadata).length : 0);
  if (!reactions) return ofText;
  return reactions.reduce((sum, { key, user_ids }) => sum + key.length + sumOf(user_ids), ofText);
}

/** Returns how long the messages of a conversation are, its metadata, and the ids of its members. */
export function lengthOfConversation({ messages, user_ids, metadata }: Conversation): number {
  const ofMetadata = metadata ? toMetadataText(metadata).length : 0;
  return messages.reduce((sum, message) => sum + lengthOf(message), sumOf(user_ids) + ofMetadata);
}

function sumOf(ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + id.length, 0);
}

/**
 * Makes a function that counts the items of a page by their lengths, and tells of each whether it fits. The first one always
 * does.
 */
export function openFit(): (length: number) => boolean {
  let sum = 0;
  let isFirst = true;
  return (length) => {
    sum += length;
    const fits = isFirst || sum <= pageLengthMax;
    isFirst = false;
    return fits;
  };
}

/** Returns the part of what a store has found that a page shows. When that is not all, there is more after the page. */
export function fitPage<TItem extends PageItem>(
  found: readonly TItem[],
  { limit, from }: Pick<LogRange, "limit" | "from">,
): TItem[] {
  const fits = openFit();
  const inOrder = from === "oldest" ? found : found.toReversed();
  const end = inOrder.findIndex((item) => !fits(lengthOf(item)));
  const count = Math.min(limit, end < 0 ? found.length : end);
  return from === "oldest" ? found.slice(0, count) : found.slice(found.length - count);
}
