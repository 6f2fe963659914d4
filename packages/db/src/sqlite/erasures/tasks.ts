import type { DatabaseSync } from "node:sqlite";
import { inMode, newPseudonym } from "../../erasure/pseudonym.ts";
import type { Erasure, ErasureMode } from "../../ports/erasures.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

/** The statements for erasures that have begun. A test checks the query plan of each. */
export const taskSql = {
  find: "SELECT value FROM meta WHERE key = ?",
  begin: "INSERT INTO meta (key, value) VALUES (?, ?)",
  end: "DELETE FROM meta WHERE key = ?",
} as const;

/** The erasures that have begun. They run in the transaction of their caller. */
export interface Tasks {
  /** @throws StoreError `conflict` when the erasure has begun in the other mode. */
  begin(userId: string, mode: ErasureMode): Erasure;
  end(erasure: Erasure): void;
}

/** Opens the erasures that have begun. */
export function openTasks(db: DatabaseSync): Tasks {
  const find = prepareQuery<{ value: string }>(db, taskSql.find);
  const begin = prepareCommand(db, taskSql.begin);
  const end = prepareCommand(db, taskSql.end);
  return {
    begin(user_id, mode) {
      const known = find.get(keyOf(user_id));
      if (known) return inMode(JSON.parse(known.value) as Erasure, mode);
      const erasure: Erasure = { user_id, pseudonym: newPseudonym(), mode };
      begin.run(keyOf(user_id), JSON.stringify(erasure));
      return erasure;
    },
    end({ user_id }) {
      end.run(keyOf(user_id));
    },
  };
}

function keyOf(userId: string): string {
  return `erasure ${userId}`;
}
