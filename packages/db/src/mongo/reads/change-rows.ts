import type { MemberSettings, ReadState } from "../../entities.ts";
import { StoreError } from "../../errors.ts";
import type { Member } from "../../ports/members.ts";
import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { noHead, readLogHeads } from "../log/heads.ts";
import { draftRows, type RowDraft } from "./drafts.ts";
import { keyOfRow, type MemberRow, readMemberRows } from "./member-rows.ts";
import { isReading, isSame, type RowChange, settingsOf } from "./row-changes.ts";
import { toUpdate } from "./row-updates.ts";
import { newVersion, updateRows } from "./update-rows.ts";

/** What a membership says after a change. */
export interface Changed {
  state: ReadState;
  settings: MemberSettings;
}

/** What became of a change, and whether the row has changed by it. */
export type Outcome = { changed: Changed; isWritten: boolean } | { error: unknown };

/** A change of one membership. */
export interface ChangeItem extends Member {
  change: RowChange;
  /** What was written, but perhaps not stored, by version. */
  tried: Map<number, Outcome>;
}

/** Changes of one row that one write makes, in order. */
interface RowItems {
  row: MemberRow;
  items: readonly ChangeItem[];
}

/**
 * Makes one attempt to change rows, with one update of each, and tells the outcomes. Those without one have to be tried again: what
 * misses because the row was changed meanwhile, and what comes after it.
 */
export async function changeRows(
  connection: Connection,
  items: readonly ChangeItem[],
  outcomes: Map<ChangeItem, Outcome>,
): Promise<void> {
  const rows = await readMemberRows(connection, items);
  const byKey = new Map(rows.map((row) => [keyOfRow(row), row]));
  const left: RowItems[] = [];
  for (const [key, some] of Map.groupBy(items, keyOfRow)) {
    const row = byKey.get(key);
    for (const item of some) {
      const stored = row?.version === undefined ? undefined : item.tried.get(row.version);
      if (stored) outcomes.set(item, stored);
      else if (!row) outcomes.set(item, { error: noMember(item) });
    }
    const first = firstOf(some.filter((item) => !outcomes.has(item)));
    if (row && first.length > 0) left.push({ row, items: first });
  }
  if (left.length > 0) await write(connection, left, outcomes);
}

/** Returns what one write can do: marks as read are one, anything else is answered by itself. */
function firstOf(items: readonly ChangeItem[]): readonly ChangeItem[] {
  const other = items.findIndex(({ change }) => !isReading(change));
  return other < 0 ? items : items.slice(0, Math.max(1, other));
}

async function write(
  connection: Connection,
  left: readonly RowItems[],
  outcomes: Map<ChangeItem, Outcome>,
): Promise<void> {
  const streams = new Set(left.map(({ row }) => conversationStream(row.conversation_id)));
  const heads = await readLogHeads(connection, [...streams]);
  const drafts = await draftRows(
    connection,
    left.map(({ row, items }) => {
      const head = heads.get(conversationStream(row.conversation_id)) ?? noHead;
      return { standing: { row, head }, changes: items.map(({ change }) => change) };
    }),
  );
  const isRouted = await connection.isRouted();
  const written = new Map<ChangeItem, Outcome>();
  const updates = drafts.flatMap((drafted, index) => {
    const { row } = drafted.standing;
    const isWritten = !isSame(drafted.before, drafted.draft);
    const changed = toChanged(drafted);
    // A row that knows nothing of reading gets the head at the first look. An archiving that has ended is forgotten: with an older
    // message, it could seem to hold again.
    const { before, draft } = drafted;
    const isForgotten = before.archived_seq !== null && draft.archived_seq === null;
    const isStored = isWritten || isForgotten || row.read_seq === undefined;
    const version = newVersion();
    for (const [n, item] of (left[index]?.items ?? []).entries()) {
      const error = drafted.errors.get(n);
      const outcome = error === undefined ? { changed, isWritten } : { error };
      if (isStored) item.tried.set(version, outcome);
      (isStored ? written : outcomes).set(item, outcome);
    }
    if (!isStored) return [];
    const { position, counts } = drafted;
    const numbers = { position, counts, version, isAdopted: !isWritten };
    return [toUpdate(row, { draft, ...numbers }, isRouted)];
  });
  // Where one missed, the next attempt finds out which.
  if (updates.length === 0 || (await updateRows(connection, updates)) < updates.length) return;
  for (const [item, outcome] of written) outcomes.set(item, outcome);
}

function toChanged({ standing, draft, position, counts }: RowDraft): Changed {
  const { user_id, conversation_id } = standing.row;
  const { read_seq } = position;
  const { revision } = draft;
  return {
    state: { conversation_id, user_id, read_seq, revision, ...counts },
    settings: settingsOf(draft),
  };
}

function noMember({ user_id, conversation_id }: Member): StoreError {
  return new StoreError("not_found", `${user_id} is not a member of ${conversation_id}`);
}
