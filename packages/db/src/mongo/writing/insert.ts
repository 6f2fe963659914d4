import type { ClientSession, Document } from "mongodb";
import { writeTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Connection } from "../connection/connection.ts";
import { isAwayCode } from "../connection/errors.ts";
import { seqIndex } from "../connection/schema.ts";
import type { MessageDocument } from "../documents.ts";

/** What became of an ordered insert of messages that a majority has. */
export interface Inserted {
  /** How many of the documents were stored, from the first. */
  count: number;
  /** Why it stopped at the document `count`. */
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
 * Inserts messages in order as one command, and says what became of them. It is the raw command because the driver's own
 * insert repeats itself silently, which hides an unknown outcome.
 * https://www.mongodb.com/docs/manual/reference/command/insert/
 * @throws what says that MongoDB is away: the driver throws a write concern error, with write errors beside it or not, so
 * whatever a majority may not have is an unknown outcome.
 */
export async function insertInOrder(
  { db, messages }: Connection,
  documents: readonly MessageDocument[],
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
  if (error && isAwayCode(error.code)) throw new StoreError("unavailable", error.errmsg);
  return {
    count: Number(answer["n"]),
    ...(error && { stoppedBy: kindOf(error), reason: error.errmsg }),
  };
}

// Not every server says which keys they are, but all name the index, ahead of a value that may hold any text.
function kindOf({ code, errmsg }: WriteError): "id" | "seq" | "other" {
  if (code !== duplicateKey) return "other";
  const index = / index: (\S+) dup key/.exec(errmsg)?.[1];
  if (index === seqIndex) return "seq";
  return index === "_id_" ? "id" : "other";
}
