import type { Mentions } from "../entities.ts";
import { StoreError } from "../errors.ts";
import { isContent, isId, isMessageId, isReactionKey, mentionsMax } from "../limits.ts";
import { isMetadata } from "../metadata.ts";
import type { NewEntry } from "../ports/log.ts";
import type { Member } from "../ports/members.ts";
import { isSentHash } from "./sent-hash.ts";

// The zone is required: without one, `Date.parse` assumes that of the machine. Years have four digits, as in plain ISO 8601.
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const timeMin = Date.parse("0000-01-01T00:00:00.000Z");
const timeMax = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Checks that a store can give an entry back unchanged.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkNewEntry(entry: NewEntry): void {
  if (!isMessageId(entry.id)) throw invalid("id");
  if (!isId(entry.user_id)) throw invalid("user_id");
  if (entry.conversation_id !== null && !isId(entry.conversation_id)) {
    throw invalid("conversation_id");
  }
  if (entry.timestamp !== undefined && !isTimestamp(entry.timestamp)) throw invalid("timestamp");
  switch (entry.kind) {
    case "message":
      if (!isContent(entry.content)) throw invalid("content");
      if (!isSeqOrAbsent(entry.reply_to)) throw invalid("reply_to");
      if (!isSeqOrAbsent(entry.thread_seq)) throw invalid("thread_seq");
      if (entry.mentions !== undefined && !isMentions(entry.mentions)) throw invalid("mentions");
      if (entry.metadata !== undefined && !isMetadata(entry.metadata)) throw invalid("metadata");
      if (entry.sent_hash !== undefined && !isSentHash(entry.sent_hash)) throw invalid("sent_hash");
      return;
    case "edit":
      if (entry.content === undefined && entry.metadata === undefined) throw invalid("content");
      if (entry.content !== undefined && !isContent(entry.content)) throw invalid("content");
      if (entry.metadata != null && !isMetadata(entry.metadata)) throw invalid("metadata");
      if (!isBoundOrAbsent(entry.unchanged_since)) throw invalid("unchanged_since");
      break;
    case "reaction":
      if (!isReactionKey(entry.key)) throw invalid("key");
      break;
    case "deletion":
      break;
  }
  if (!isSeq(entry.target_seq)) throw invalid("target_seq");
}

function isMentions(mentions: Mentions): boolean {
  if (mentions === "everyone") return true;
  const isMany = mentions.length === 0 || mentions.length > mentionsMax;
  return !isMany && new Set(mentions).size === mentions.length && mentions.every(isId);
}

function isSeq(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isSeqOrAbsent(value: number | undefined): boolean {
  return value === undefined || isSeq(value);
}

function isBoundOrAbsent(value: number | undefined): boolean {
  return value === undefined || value === 0 || isSeq(value);
}

/** Tells whether a text is a time with a zone, of a year with four digits. */
export function isTimestamp(value: string): boolean {
  if (!timestampPattern.test(value)) return false;
  const time = Date.parse(value);
  return time >= timeMin && time <= timeMax;
}

/** Returns the time of an entry, in ms since 1970: the given one, else now, but never below the entry before it. */
export function timeOf(entry: NewEntry, timeBefore: number | undefined): number {
  if (entry.timestamp !== undefined) return Date.parse(entry.timestamp);
  return Math.max(Date.now(), timeBefore ?? 0);
}

/** Makes the error for an author who is not a member of the conversation. */
export function notMember({ conversation_id, user_id }: Member): StoreError {
  return new StoreError("not_member", `${user_id} is not a member of ${conversation_id}`);
}

function invalid(field: string): StoreError {
  return new StoreError("invalid", `an entry with this ${field} cannot be stored`, { field });
}
