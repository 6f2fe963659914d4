import type { DatabaseSync } from "node:sqlite";
import type { Erasure } from "../../ports/erasures.ts";
import { noteStream, type Stream } from "../../stream.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

/** What holds something of a log, under its name. */
const logTables = [
  "messages",
  "changes",
  "states",
  "reactions",
  "mentions",
  "mention_spans",
  "deletion_spans",
] as const;

/** How many memberships are changed in one transaction. */
const membershipsMax = 200;

const some = `user_id = ?1 AND conversation_id IN
    (SELECT conversation_id FROM members WHERE user_id = ?1 ORDER BY conversation_id LIMIT ${membershipsMax})`;

/** The statements for what belongs to a user. A test checks the query plan of each. */
export const ownedSql = {
  endMemberships: `DELETE FROM members WHERE ${some} RETURNING conversation_id`,
  giveMemberships: `UPDATE members SET user_id = ?2 WHERE ${some} RETURNING conversation_id`,
  // Of one that came back meanwhile.
  endDoubled: `DELETE FROM members WHERE user_id = ?1
    AND conversation_id IN (SELECT conversation_id FROM members WHERE user_id = ?2) RETURNING conversation_id`,
  hasNotes: "SELECT 1 FROM messages WHERE stream = ? LIMIT 1",
  forgetLeavings: "DELETE FROM leavings WHERE user_id = ?",
  ...Object.fromEntries(logTables.map((table) => [`remove_${table}`, removeFrom(table)])),
  ...Object.fromEntries(logTables.map((table) => [`give_${table}`, giveIn(table)])),
};

function removeFrom(table: string): string {
  return `DELETE FROM ${table} WHERE stream = ?`;
}

function giveIn(table: string): string {
  return `UPDATE ${table} SET stream = ?2 WHERE stream = ?1`;
}

/** What belongs to a user: memberships and notes. */
export interface Owned {
  /** Ends some memberships, or gives them to the pseudonym. Returns the ids of the conversations. */
  memberships(erasure: Erasure): string[];
  /** Removes all notes, or gives them to the pseudonym, once. Returns how many entries there were. */
  notes(erasure: Erasure): number;
}

/** Opens the changing of what belongs to a user. It runs in the transaction of its caller. */
export function openOwned(db: DatabaseSync): Owned {
  const end = prepareQuery<{ conversation_id: string }>(db, ownedSql.endMemberships);
  const give = prepareQuery<{ conversation_id: string }>(db, ownedSql.giveMemberships);
  const endDoubled = prepareQuery<{ conversation_id: string }>(db, ownedSql.endDoubled);
  const hasNotes = prepareQuery(db, ownedSql.hasNotes);
  const forgetLeavings = prepareCommand(db, ownedSql.forgetLeavings);
  const [removing, giving] = [openAll(db, removeFrom), openAll(db, giveIn)];

  return {
    memberships({ user_id, pseudonym, mode }) {
      forgetLeavings.run(user_id);
      const rows =
        mode === "delete"
          ? end.all(user_id)
          : [...endDoubled.all(user_id, pseudonym), ...give.all(user_id, pseudonym)];
      return rows.map(({ conversation_id }) => conversation_id);
    },
    notes({ user_id, pseudonym, mode }) {
      const [from, to] = [noteStream(user_id), noteStream(pseudonym)];
      // Those written after the others were given are numbered from 1 again, and have no place there.
      const isRemoved = mode === "delete" || hasNotes.get(to) !== undefined;
      const counts = isRemoved ? removing(from) : giving(from, to);
      return counts.messages + counts.changes;
    },
  };
}

/** Opens the function that runs a statement on every table of logs, and returns how many rows of each have changed. */
function openAll(db: DatabaseSync, toSql: (table: string) => string) {
  const commands = logTables.map((table) => [table, prepareCommand(db, toSql(table))] as const);
  return (...streams: Stream[]) => {
    const counts = commands.map(([table, command]) => [table, command.run(...streams)] as const);
    return Object.fromEntries(counts) as Record<(typeof logTables)[number], number>;
  };
}
