import type { MemberSettings } from "../../entities.ts";
import type { MemberSettingsChange } from "../../ports/members.ts";
import type { ReadMark } from "../../ports/reads.ts";
import { checkMarkIn } from "../../reads/check.ts";
import type { LogHead } from "../log/heads.ts";
import type { MemberRow } from "./member-rows.ts";
import { isArchivedFor, type ReadPosition, type Standing } from "./states.ts";

/** What a member asks for: to mark the conversation, or to change its settings. */
export type RowChange = { mark: ReadMark } | { settings: MemberSettingsChange };

/** What a row is to say, apart from counts. */
export interface Draft {
  read_seq: number;
  own_seq: number;
  revision: number;
  muted_until: Date | null;
  pinned: boolean;
  archived: boolean;
  archived_seq: number | null;
}

/** Returns what a row says, with the truth of what it only remembers. */
export function draftOf(standing: Standing, { read_seq, own_seq }: ReadPosition): Draft {
  const { revision = 0, muted_until = null, pinned = false, archived_seq = null } = standing.row;
  const archived = isArchivedFor(standing);
  return { read_seq, own_seq, revision, muted_until, pinned, archived, archived_seq };
}

/**
 * Changes a draft.
 * @throws StoreError `invalid` when the position of a mark is not in the log.
 */
export function applyChange(draft: Draft, change: RowChange, head: LogHead): Draft {
  if ("settings" in change) return applySettings(draft, change.settings, head);
  const { mark } = change;
  checkMarkIn(mark, head);
  if ("unread_from" in mark) {
    const { unread_from } = mark;
    const revision = draft.revision + 1;
    return { ...draft, read_seq: unread_from - 1, own_seq: head.seq, revision };
  }
  const { read_seq, revision = draft.revision } = mark;
  if (revision < draft.revision || read_seq <= draft.read_seq) return draft;
  // No own message is behind the newest of all.
  const isAll = read_seq >= head.said_seq || read_seq >= draft.own_seq;
  return { ...draft, read_seq, own_seq: isAll ? 0 : draft.own_seq };
}

// Archiving goes on from what is true now: a conversation that has returned is not archived again because it is muted, and one that
// stayed away because it was muted does not return because it is not.
function applySettings(draft: Draft, change: MemberSettingsChange, { seq }: LogHead): Draft {
  const { muted_until, pinned = draft.pinned, archived = draft.archived } = change;
  const until = typeof muted_until === "string" ? new Date(muted_until) : muted_until;
  return {
    ...draft,
    muted_until: until === undefined ? draft.muted_until : until,
    pinned,
    archived,
    archived_seq: archived ? seq : null,
  };
}

/** Tells whether two drafts say the same. */
export function isSame(a: Draft, b: Draft): boolean {
  return (
    a.read_seq === b.read_seq &&
    a.own_seq === b.own_seq &&
    a.revision === b.revision &&
    a.muted_until?.getTime() === b.muted_until?.getTime() &&
    a.pinned === b.pinned &&
    a.archived === b.archived
  );
}

/** Tells whether a change marks the conversation as read up to a position. */
export function isReading(change: RowChange): boolean {
  return "mark" in change && "read_seq" in change.mark;
}

/** Returns up to where a change wants the conversation to be read. */
export function placeOf(change: RowChange): number | undefined {
  if (!("mark" in change)) return undefined;
  return "read_seq" in change.mark ? change.mark.read_seq : change.mark.unread_from - 1;
}

/** Tells whether a change marks a conversation as read, and no later mark as unread forbids it. */
export function isCurrentReading(change: RowChange, { revision = 0 }: MemberRow): boolean {
  if (!("mark" in change) || !("read_seq" in change.mark)) return false;
  return (change.mark.revision ?? revision) >= revision;
}

/** Returns the settings that a draft has. */
export function settingsOf({ muted_until, pinned, archived }: Draft): MemberSettings {
  return { muted_until: muted_until?.toISOString() ?? null, pinned, archived };
}
