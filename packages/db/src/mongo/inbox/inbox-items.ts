import type { InboxItem } from "../../ports/conversations.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import type { ConversationDocument } from "../documents.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { isSettled, type MemberRow, type SettledRow } from "../reads/member-rows.ts";
import { lookAt } from "../reads/standings.ts";
import {
  isArchivedFor,
  type NewCounts,
  type ReadPosition,
  readStates,
  type Standing,
} from "../reads/states.ts";

/** Where a conversation that is not settled stands in the inbox of a member, and whether it is archived. */
export interface Placed {
  id: string;
  pinned: boolean;
  last_activity_at: string;
  archived: boolean;
  standing: Standing;
}

/** Finds out where conversations stand that are not settled. */
export async function placeUnsettled(
  connection: Connection,
  rows: readonly MemberRow[],
  readHeads: ReadHeads,
): Promise<Placed[]> {
  const standings = await lookAt(connection, rows, readHeads);
  const silent = standings.filter(({ head }) => head.seq === 0);
  const created = await readActivity(
    connection,
    silent.map(({ row }) => row.conversation_id),
  );
  return standings.flatMap((standing) => {
    const { row, head } = standing;
    const id = row.conversation_id;
    const activeAt = head.seq === 0 ? created.get(id) : head.said_at;
    if (!activeAt) return [];
    const last_activity_at = activeAt.toISOString();
    const { pinned = false } = row;
    return [{ id, pinned, last_activity_at, archived: isArchivedFor(standing), standing }];
  });
}

/** Completes places with what is new to the member. */
export async function toItems(
  connection: Connection,
  placed: readonly Placed[],
): Promise<InboxItem[]> {
  const states = await readStates(
    connection,
    placed.map(({ standing }) => standing),
  );
  return placed.flatMap(({ id, last_activity_at, archived, standing }, index) => {
    const state = states[index];
    if (!state) return [];
    const { row } = standing;
    return [{ id, last_activity_at, ...settingsOf(row, archived), ...numbersOf(row, state) }];
  });
}

/** Converts a settled membership to what it says. */
export function toItem(row: SettledRow): InboxItem {
  const { conversation_id: id, active_at, archived = false } = row;
  const { read_seq = 0, unread_count = 0, mention_count = 0 } = row;
  return {
    id,
    last_activity_at: active_at.toISOString(),
    ...settingsOf(row, archived),
    ...numbersOf(row, { read_seq, unread_count, mention_count }),
  };
}

/** Converts memberships to what they say, reading the logs of those that are not settled. */
export async function itemsOfRows(
  connection: Connection,
  rows: readonly MemberRow[],
  readHeads: ReadHeads,
): Promise<InboxItem[]> {
  const unsettled = rows.filter((row) => !isSettled(row));
  const placed = await placeUnsettled(connection, unsettled, readHeads);
  return [...rows.filter(isSettled).map(toItem), ...(await toItems(connection, placed))];
}

function settingsOf({ muted_until, pinned = false }: MemberRow, archived: boolean) {
  return { muted_until: muted_until?.toISOString() ?? null, pinned, archived };
}

function numbersOf(
  { revision = 0 }: MemberRow,
  { read_seq, unread_count, mention_count }: Pick<ReadPosition, "read_seq"> & NewCounts,
) {
  return { read_seq, revision, unread_count, mention_count };
}

/** Reads when conversations without entries were created. */
async function readActivity(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await readInOrder<Pick<ConversationDocument, "_id" | "last_activity_at">>(
    connection,
    {
      find: connection.conversations.collectionName,
      filter: { _id: { $in: ids } },
      projection: { last_activity_at: 1 },
      batchSize: ids.length + 1,
      singleBatch: true,
    },
  );
  return new Map(rows.map(({ _id, last_activity_at }) => [_id, last_activity_at]));
}
