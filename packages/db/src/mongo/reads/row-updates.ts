import type { Document } from "mongodb";
import { asRead, isSettled, type MemberRow } from "./member-rows.ts";
import type { Draft } from "./row-changes.ts";
import type { NewCounts, ReadPosition } from "./states.ts";
import type { RowUpdate } from "./update-rows.ts";

/** What a row is to say. */
export interface Written {
  position: ReadPosition;
  counts: NewCounts;
  version: number;
  /** Nobody asked for it: the row of an earlier release is given a position. */
  isAdopted?: boolean;
}

/**
 * Makes the update that writes what a member has asked for, if the row is as it was read: not settled, woken or changed since. What
 * is new to the member is only stored where the conversation is settled. MongoDB finds a row by nothing but `_id` in half the time,
 * so the update has the condition; a router needs the conversation too, which may be the shard key.
 */
export function toUpdate(
  row: MemberRow,
  written: Written & { draft: Draft },
  isRouted: boolean,
): RowUpdate {
  const { _id, conversation_id, ...read } = asRead(row);
  const fields = changedFields(row, written);
  const isSame = Object.entries({ ...read, active_at: row.active_at ?? null }).map(
    ([name, value]) => ({ $eq: [{ $ifNull: [`$${name}`, null] }, value] }),
  );
  const changed = { $mergeObjects: ["$$ROOT", { $literal: fields }] };
  return {
    filter: isRouted ? { _id, conversation_id } : { _id },
    update: [{ $replaceWith: { $cond: [{ $and: isSame }, changed, "$$ROOT"] } }],
    by: "key",
  };
}

function changedFields(
  row: MemberRow,
  { draft, position, counts, version, isAdopted = false }: Written & { draft: Draft },
): Document {
  const { revision, muted_until, pinned, archived, archived_seq } = draft;
  const { own_seq, own_count, read_seq, read_count } = position;
  const hasOwn = own_seq > 0 || row.own_seq !== undefined;
  return {
    version,
    read_seq,
    read_count,
    ...(hasOwn && { own_seq, own_count }),
    ...((pinned || row.pinned !== undefined) && { pinned }),
    ...((revision > 0 || row.revision !== undefined) && { revision }),
    ...((muted_until || row.muted_until !== undefined) && { muted_until }),
    ...((archived_seq !== null || row.archived_seq !== undefined) && { archived_seq }),
    ...(isSettled(row) && { ...counts, archived }),
    ...(isAdopted && { adopted: true }),
  };
}

/** Makes the update that settles a row, unless it was changed since it was read, or woken after the mark of this settling. */
export function toSettled(
  row: MemberRow,
  { active_at, active_until }: { active_at: Date; active_until: Date },
  { position, counts, version, archived }: Written & { archived: boolean },
): RowUpdate {
  const { own_seq, own_count, ...read } = position;
  const set = own_seq > 0 ? { ...read, own_seq, own_count } : read;
  const unset = own_seq === 0 && { own_seq: true, own_count: true };
  return {
    filter: { ...asRead(row), awake: { $not: { $gt: active_until } } },
    update: {
      $set: { ...set, ...counts, active_at, version, archived, pinned: row.pinned ?? false },
      $unset: { ...unset, awake: true },
    },
  };
}
