import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { membersIndex } from "../connection/schema.ts";
import type { ConversationDocument } from "../documents.ts";
import { type LogHead, noHead } from "../log/heads.ts";
import { isSettled, type MemberRow, rowFields } from "../reads/member-rows.ts";
import { toSettled } from "../reads/row-updates.ts";
import { isArchivedFor, readStates, type Standing } from "../reads/states.ts";
import { newVersion, updateRows } from "../reads/update-rows.ts";
import { positionOf } from "./positions.ts";
import type { Quiet } from "./settling-claims.ts";

/** Returns the head of the log of a conversation, as of its claim or later. */
export type HeadOf = (conversation: Pick<ConversationDocument, "_id">) => LogHead | undefined;

/** How many memberships one command changes, more or less. */
const rowsMax = 5_000;
/** How often memberships are computed again that are changed meanwhile. */
const triesMax = 10;

/**
 * Stores the activity, and what is new, in the memberships of claimed conversations, except in those that were woken since. Returns
 * the conversations of which some memberships changed too fast.
 */
export async function settleMembers(
  connection: Connection,
  quiet: readonly Quiet[],
  headOf: HeadOf,
): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  for (const piece of inPieces(quiet)) {
    let some = piece;
    for (let tries = 0; some.length > 0; tries++) {
      const rows = await readUnsettled(connection, some);
      if (rows.length === 0) break;
      if (tries === triesMax) {
        for (const { conversation_id } of rows) left.add(conversation_id);
        break;
      }
      if (await settleRows(connection, { quiet: some, rows }, headOf)) break;
      const ids = new Set(rows.map(({ conversation_id }) => conversation_id));
      some = some.filter(({ document }) => ids.has(document._id));
    }
  }
  return left;
}

/** Reads the memberships that are to be settled: neither done nor woken after the claim. */
async function readUnsettled(
  connection: Connection,
  quiet: readonly Quiet[],
): Promise<MemberRow[]> {
  const marks = new Map(quiet.map(({ document }) => [document._id, document.active_until]));
  const rows = await readInOrder<MemberRow>(connection, {
    find: connection.members.collectionName,
    filter: { conversation_id: { $in: [...marks.keys()] } },
    hint: membersIndex,
    projection: rowFields,
    // A conversation may have got more members meanwhile.
    limit: 2 * rowsMax,
    batchSize: 2 * rowsMax,
    singleBatch: true,
  });
  return rows.filter((row) => {
    const mark = marks.get(row.conversation_id);
    return !isSettled(row) && mark !== undefined && !(row.awake && row.awake > mark);
  });
}

/** Settles memberships; returns `false` when some were changed since they were read. */
async function settleRows(
  connection: Connection,
  { quiet, rows }: { quiet: readonly Quiet[]; rows: readonly MemberRow[] },
  headOf: HeadOf,
): Promise<boolean> {
  const documents = new Map(quiet.map(({ document }) => [document._id, document]));
  const standings = rows.map((row): Standing => {
    return { row, head: headOf({ _id: row.conversation_id }) ?? noHead };
  });
  const states = await readStates(connection, standings);
  const updates = standings.flatMap((standing, index) => {
    const { row } = standing;
    const document = documents.get(row.conversation_id);
    const state = states[index];
    if (!document || !state) return [];
    const { unread_count, mention_count, ...position } = state;
    const { last_activity_at } = positionOf(document, headOf(document));
    const { active_until } = document;
    return toSettled(
      row,
      { active_at: last_activity_at, active_until },
      {
        position,
        counts: { unread_count, mention_count },
        version: newVersion(),
        archived: isArchivedFor(standing),
      },
    );
  });
  return (await updateRows(connection, updates)) === updates.length;
}

/** Splits conversations so that the memberships of each part are not too many. Leaves out those whose memberships stay. */
function inPieces(quiet: readonly Quiet[]): Quiet[][] {
  const pieces: Quiet[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const each of quiet) {
    if (each.members === undefined) continue;
    rows += each.members;
    if (rows > rowsMax) {
      pieces.push([]);
      rows = each.members;
    }
    pieces.at(-1)?.push(each);
  }
  return pieces;
}
