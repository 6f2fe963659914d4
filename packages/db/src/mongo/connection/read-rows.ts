import type { ClientSession, Db, Document, Timestamp } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { isRetryableRead } from "./errors.ts";
import type { Horizon } from "./horizon.ts";

/** What a command found, and the time of the database at which it read; a standalone has no such time. */
export interface Found<TRow> {
  rows: TRow[];
  time: Timestamp | undefined;
}

/** How to read. Either can make the read at least as new as earlier ones. */
export interface ReadRowsOptions {
  session?: ClientSession | undefined;
  after?: Timestamp | undefined;
}

/**
 * Reads as `readRows` does, at least as new as all heads and all rows that this process has read so before. Heads that are read
 * later are at least as new as these rows.
 */
export async function readInOrder<TRow>(
  { db, horizon }: { db: Db; horizon: Horizon },
  command: Document,
): Promise<TRow[]> {
  const { rows, time } = await readRows<TRow>(db, command, { after: horizon.time });
  horizon.raise(time);
  return rows;
}

/**
 * Runs a `find` or `aggregate` command at majority, whose whole result must fit into the first batch. This takes the driver less
 * than half of the time that its cursors take. Like these, it tries once more when a primary is lost.
 * https://www.mongodb.com/docs/manual/reference/command/find/
 */
export async function readRows<TRow>(
  db: Db,
  command: Document,
  { session, after }: ReadRowsOptions = {},
): Promise<Found<TRow>> {
  const read = async () => {
    const reply = await db.command(
      {
        ...command,
        maxTimeMS: readTimeoutMs,
        // Made anew for each read: a session writes its progress into it.
        readConcern: { level: "majority", ...(after && { afterClusterTime: after }) },
      },
      // ChatNest has only written valid UTF-8, and checking it again takes as long as reading all else.
      { enableUtf8Validation: false, ...(session && { session }) },
    );
    return { rows: reply["cursor"].firstBatch as TRow[], time: reply["operationTime"] };
  };
  try {
    return await read();
  } catch (error) {
    if (!isRetryableRead(error)) throw error;
    return read();
  }
}
