import { randomInt } from "node:crypto";
import type { Document } from "mongodb";
import { writeTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailableCode } from "../connection/errors.ts";

/** An update of one row, which changes it if it is as it was read. */
export interface RowUpdate {
  filter: Document;
  update: Document | Document[];
  /** How the filter finds the row: by `_id` alone, or by `_id` and more. */
  by?: "key" | "hint";
}

/** Makes the version of a write. */
export function newVersion(): number {
  return randomInt(2 ** 47);
}

/**
 * Updates rows, durably, with one command, and returns how many it has changed. What was written before, also by others,
 * is seen by all that is read later.
 * @throws an error for which `isUnavailable` is true when the outcome is unknown.
 */
export async function updateRows(
  { db, members, horizon }: Pick<Connection, "db" | "members" | "horizon">,
  updates: readonly RowUpdate[],
): Promise<number> {
  const reply = await db.command({
    update: members.collectionName,
    updates: updates.map(({ filter, update, by = "hint" }) => ({
      q: filter,
      u: update,
      ...(by === "hint" && { hint: { _id: 1 } }),
    })),
    ordered: false,
    writeConcern: { w: "majority", j: true, wtimeout: writeTimeoutMs },
  });
  horizon.raise(reply["operationTime"]);
  const [error] = (reply["writeErrors"] ?? []) as { code: number; errmsg: string }[];
  if (!error) return Number(reply["nModified"]);
  if (isUnavailableCode(error.code)) throw new StoreError("unavailable", error.errmsg);
  throw new Error(`MongoDB refused to change a membership: ${error.errmsg}`);
}
