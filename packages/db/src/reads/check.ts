import { isTimestamp } from "../changes/new-entry.ts";
import { StoreError } from "../errors.ts";
import { unreadFromMax } from "../limits.ts";
import type { MemberSettingsChange } from "../ports/members.ts";
import type { ReadMark } from "../ports/reads.ts";

/**
 * Checks a mark, apart from the log.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkMark(mark: ReadMark): void {
  if ("unread_from" in mark) {
    checkCount("unread_from", mark.unread_from, 1);
    return;
  }
  checkCount("read_seq", mark.read_seq, 0);
  if (mark.revision !== undefined) checkCount("revision", mark.revision, 0);
}

/**
 * Checks that the position of a mark is in the log.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkMarkIn(mark: ReadMark, head: { seq: number }): void {
  if ("read_seq" in mark) {
    if (mark.read_seq > head.seq) throw invalid("read_seq", "the position is beyond the end");
    return;
  }
  const { unread_from } = mark;
  if (unread_from > head.seq) throw invalid("unread_from", "the position is beyond the end");
  if (head.seq - unread_from >= unreadFromMax) {
    throw invalid("unread_from", `the position is more than ${unreadFromMax} before the end`);
  }
}

/**
 * Checks the settings of a member.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkSettings({ muted_until }: MemberSettingsChange): void {
  if (muted_until == null || isTimestamp(muted_until)) return;
  throw invalid("muted_until", "not a time with a zone");
}

function checkCount(field: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) throw invalid(field, "not a position");
}

function invalid(field: string, text: string): StoreError {
  return new StoreError("invalid", `${field}: ${text}`, { field });
}
