import type { MemberSettingsChange } from "../ports/members.ts";

/** What decides whether a conversation is archived. Times in ms since 1970. */
export interface Archiving {
  /** The head of the log when the member archived it; absent or `null` when it has not. */
  archived_seq?: number | null;
  muted_until?: number | null;
  /** The newest message. */
  said_seq: number;
  said_at: number;
}

/** Tells whether a conversation is archived: no message was sent since while it was not muted. */
export function isArchived({ archived_seq, muted_until, said_seq, said_at }: Archiving): boolean {
  if (archived_seq == null) return false;
  return said_seq <= archived_seq || said_at <= (muted_until ?? Number.NEGATIVE_INFINITY);
}

/**
 * Returns the `archived_seq` to store with a change of settings. A change that does not name `archived` leaves it as it is at that
 * moment: muting does not archive again what had returned, and what was held back by a mute does not return when that is ended.
 * @param head The head of the log.
 */
export function archivedSeqAfter(
  change: MemberSettingsChange,
  archiving: Archiving,
  head: { seq: number },
): number | null {
  return (change.archived ?? isArchived(archiving)) ? head.seq : null;
}
