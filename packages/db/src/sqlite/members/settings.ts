import type { DatabaseSync } from "node:sqlite";
import type { MemberSettings } from "../../entities.ts";
import type { Member, MemberSettingsChange } from "../../ports/members.ts";
import { archivedSeqAfter, isArchived } from "../../reads/archived.ts";
import { conversationStream } from "../../stream.ts";
import type { LogHeads } from "../log/heads.ts";
import { prepareCommand } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";
import { type MembershipRow, openMemberships } from "./memberships.ts";

/** The statement that changes settings. A test checks its query plan. */
export const settingsSql = {
  set: `UPDATE members SET muted_until = ?, pinned = ?, archived_seq = ?, archived = ?
    WHERE user_id = ? AND conversation_id = ?`,
} as const;

/** The settings after a change, and whether it changed any. */
export interface ChangedSettings {
  settings: MemberSettings;
  changed: boolean;
}

/** What settings need. */
export interface SettingsParts {
  heads: Pick<LogHeads, "get">;
}

/** Opens the function that changes the settings of members. It runs in the transaction of its caller. */
export function openSettings(db: DatabaseSync, { heads }: SettingsParts) {
  const membershipOf = openMemberships(db);
  const set = prepareCommand(db, settingsSql.set);

  /** @throws StoreError `not_found`; nothing is written then. */
  return function apply(member: Member, change: MemberSettingsChange): ChangedSettings {
    const row = membershipOf(member);
    const { seq, said_seq, said_at } = heads.get(conversationStream(row.conversation_id));
    const { archived_seq, muted_until: mutedUntil } = row;
    const archiving = { archived_seq, muted_until: mutedUntil, said_seq, said_at };
    const before = toSettings(row, isArchived(archiving));
    const settings = { ...before, ...withTime(change) };
    const changed = !isSame(before, settings);
    const archivedSeq = archivedSeqAfter(change, archiving, { seq });
    // An archiving that has ended is forgotten: with an older message, it could seem to hold again.
    const isForgotten = archived_seq !== null && archivedSeq === null;
    if (!changed && !isForgotten) return { settings, changed };
    const { muted_until, pinned, archived } = settings;
    set.run(
      ...[muted_until === null ? null : Date.parse(muted_until), Number(pinned), archivedSeq],
      ...[Number(archived), row.user_id, row.conversation_id],
    );
    return { settings, changed };
  };
}

/** Returns the settings of a membership. */
export function toSettings(
  { muted_until, pinned }: Pick<MembershipRow, "muted_until" | "pinned">,
  archived: boolean,
): MemberSettings {
  return {
    muted_until: muted_until === null ? null : toTimestamp(muted_until),
    pinned: pinned === 1,
    archived,
  };
}

/** Gives the time of a change the form in which it is read. */
function withTime(change: MemberSettingsChange): MemberSettingsChange {
  if (change.muted_until == null) return change;
  return { ...change, muted_until: toTimestamp(Date.parse(change.muted_until)) };
}

function isSame(a: MemberSettings, b: MemberSettings): boolean {
  return a.muted_until === b.muted_until && a.pinned === b.pinned && a.archived === b.archived;
}
