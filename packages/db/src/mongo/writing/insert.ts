import type { ClientSession, Document } from "mongodb";
import { writeTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailableCode } from "../connection/errors.ts";
import { seqIndex } from "../connection/schema.ts";
import type { EntryDocument } from "../entry-documents.ts";

/** The outcome of an ordered insert that a majority has acknowledged. */
export interface Inserted {
  /** The number of documents stored, from the first. */
  count: number;
  /** Why the insert stopped at the document with the index `count`. */
  stoppedBy?: "id" | "seq" | "other";
  reason?: string;
}

interface WriteError {
  index: number;
  code: number;
  errmsg: string;
}

const duplicateKey = 11000;

/**
 * Inserts entries in order with one command. It is the raw command because the driver's own insert retries silently,
 * which hides an unknown outcome.
 * https://www.mongodb.com/docs/manual/reference/command/insert/
 * @throws an error for which `isUnavailable` is true when the outcome is unknown. The driver throws every write concern
 * error, also one that comes with write errors.
 */
export async function insertInOrder(
  { db, messages }: Connection,
  documents: readonly EntryDocument[],
  session: ClientSession,
): Promise<Inserted> {
  const answer: Document = await db.command(
    {
      insert: messages.collectionName,
      documents,
      ordered: true,
      writeConcern: { w: "majority", j: true, wtimeout: writeTimeoutMs },
    },
    { session },
  );
  const [error] = (answer["writeErrors"] ?? []) as WriteError[];
  if (error && isUnavailableCode(error.code)) throw new StoreError("unavailable", error.errmsg);
  return {
    count: Number(answer["n"]),
    ...(error && { stoppedBy: kindOf(error), reason: error.errmsg }),
  };
}

// Not every server names the keys, but all name the index, ahead of the value, which may be any text.
function kindOf({ code, errmsg }: WriteError): "id" | "seq" | "other" {
  if (code !== duplicateKey) return "other";
  const index = / index: (\S+) dup key/.exec(errmsg)?.[1];
  if (index === seqIndex) return "seq";
  return index === "_id_" ? "id" : "other";
}
