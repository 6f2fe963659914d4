import type { DatabaseSync } from "node:sqlite";
import { fanOutMax } from "../../inbox.ts";
import type { Commits } from "../commits/commits.ts";
import { quietAfterMs } from "../log/touches.ts";
import { type MembershipRow, membershipColumns } from "../members/memberships.ts";
import type { Unread } from "../reads/unread.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import type { Waking } from "./waking.ts";

/** The statements that settle. A test checks the query plan of each. */
export const settlingSql = {
  unsettled:
    "SELECT id, written_at FROM conversations WHERE settled = 0 AND id > ? ORDER BY id LIMIT ?",
  one: "SELECT settled, written_at, last_activity_at FROM conversations WHERE id = ?",
  members: `SELECT ${membershipColumns} FROM members WHERE conversation_id = ? ORDER BY position LIMIT ${fanOutMax + 1}`,
  set: `UPDATE members SET active_at = ?, archived = ?, unread_count = ?, mention_count = ?
    WHERE user_id = ? AND conversation_id = ?`,
  finish: "UPDATE conversations SET settled = ? WHERE id = ?",
} as const;

/** How long after one pass over the unsettled conversations the next one starts, and how long it pauses after a step, in ms. */
const passEveryMs = 15_000;
const pauseMs = 10;
/** How many conversations one step looks at, and for how long it settles them, in ms. */
const stepMax = 100;
const stepMs = 2;

interface Unsettled {
  id: string;
  written_at: number;
}

interface Activity {
  settled: number;
  written_at: number;
  last_activity_at: number;
}

/** What settling needs. */
export interface SettlingParts {
  waking: Pick<Waking, "settle">;
  unread: Pick<Unread, "count" | "isArchived">;
  durably: Commits["durably"];
}

/**
 * Stores the activity of conversations that became quiet in their memberships, with how much of them is unread, in small steps,
 * for as long as the database is open. Returns a function that stops it.
 */
export function startSettling(
  db: DatabaseSync,
  { waking, unread, durably }: SettlingParts,
): () => void {
  const unsettled = prepareQuery<Unsettled>(db, settlingSql.unsettled);
  const one = prepareQuery<Activity>(db, settlingSql.one);
  const members = prepareQuery<MembershipRow>(db, settlingSql.members);
  const set = prepareCommand(db, settlingSql.set);
  const finish = prepareCommand(db, settlingSql.finish);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function stepAfter(ms: number, after = ""): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      // What fails is left to the next pass.
      step(after)
        .catch(() => undefined)
        .then((end) => (end === undefined ? stepAfter(passEveryMs) : stepAfter(pauseMs, end)));
    }, ms).unref();
  }

  /** Settles some of the conversations behind an id. Returns where to go on; `undefined` at the end. */
  async function step(after: string): Promise<string | undefined> {
    const some = unsettled.all(after, stepMax);
    const end = some.length < stepMax ? undefined : some.at(-1)?.id;
    const quiet = some.filter(isQuiet);
    if (quiet.length === 0) return end;
    const count = await durably(() => settleInTime(quiet));
    return count === quiet.length ? end : quiet[count - 1]?.id;
  }

  /** Settles conversations until the time of a step is over, but at least one. Returns how many. */
  function settleInTime(quiet: readonly Unsettled[]): number {
    const startedAt = performance.now();
    for (const [index, { id }] of quiet.entries()) {
      settle(id);
      if (performance.now() - startedAt > stepMs) return index + 1;
    }
    return quiet.length;
  }

  function settle(id: string): void {
    const activity = one.get(id);
    if (activity?.settled !== 0 || !isQuiet(activity)) return;
    const rows = members.all(id);
    const isLarge = rows.length > fanOutMax;
    if (!isLarge) for (const row of rows) setRow(row, activity.last_activity_at);
    finish.run(isLarge ? 2 : 1, id);
    waking.settle(id);
  }

  function setRow(row: MembershipRow, activeAt: number): void {
    const { unread_count, mention_count } = unread.count(row);
    const numbers = [Number(unread.isArchived(row)), unread_count, mention_count];
    set.run(activeAt, ...numbers, row.user_id, row.conversation_id);
  }

  stepAfter(0);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

function isQuiet({ written_at }: Pick<Unsettled, "written_at">): boolean {
  return written_at < Date.now() - quietAfterMs;
}
