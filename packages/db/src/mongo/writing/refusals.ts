import { notMember } from "../../changes/new-entry.ts";
import { StoreError } from "../../errors.ts";
import type { Stream } from "../../stream.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { memberKey } from "../documents.ts";
import type { Unstored } from "./decide-group.ts";
import type { PendingAppend } from "./pending-append.ts";
import { refusalOf, type TargetDocuments } from "./targets.ts";

/** Refuses those who are not members where only members may write. */
export async function refuseStrangers(
  activity: Activity,
  appends: readonly PendingAppend[],
): Promise<void> {
  const strangers = appends
    .flatMap(({ jobs }) => jobs)
    .filter(({ item, outcome }) => {
      const isRestricted = item.admission === "members_only" && outcome === undefined;
      return isRestricted && !activity.isMember(item.entry);
    });
  if (strangers.length === 0) return;
  const found = await activity.lookUp(strangers.map(({ item }) => item.entry));
  for (const job of strangers) {
    const { conversation_id, user_id } = job.item.entry;
    if (conversation_id === null || found.has(memberKey(user_id, conversation_id))) continue;
    job.reject(notMember({ conversation_id, user_id }));
  }
}

/**
 * Finds entries that refer to a message that is not there, and changes while older processes may read the database. Nothing has
 * been written for them yet. A message of the same group may be the one that is meant: that is decided on later.
 */
export async function findUnfounded(
  connection: Connection,
  appends: readonly PendingAppend[],
  targets: TargetDocuments,
): Promise<Unstored[]> {
  const hasChanges = appends.some(({ append }) => append.entry.kind !== "message");
  const isAllowed = !hasChanges || (await connection.allowsChanges());
  const writing = new Set<Stream>();
  const found: Unstored[] = [];
  for (const append of appends) {
    const { entry } = append.append;
    const isOff = !isAllowed && entry.kind !== "message";
    const error = isOff ? changesOff() : refusalOf(entry, append.stream, targets);
    if (error && (isOff || !writing.has(append.stream))) found.push({ append, outcome: { error } });
    else if (entry.kind === "message") writing.add(append.stream);
  }
  return found;
}

function changesOff(): StoreError {
  return new StoreError(
    "conflict",
    "messages cannot be changed yet: run `chatnest upgrade` when every process is of this version",
  );
}
