import type { ClientSession, Document } from "mongodb";
import { type Connection, writeTimeoutMs } from "./connection.ts";
import type { MessageDocument } from "./documents.ts";
import { seqIndex } from "./schema.ts";

/** What became of an ordered insert of messages. */
export interface Inserted {
  /** How many of the documents, from the first, are on the primary. */
  count: number;
  /** Whether a majority has them; else they may still be lost. */
  isDurable: boolean;
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
 * insert drops the write errors when there is a write concern error too, and repeats an insert silently.
 * https://www.mongodb.com/docs/manual/reference/command/insert/
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
  return {
    count: Number(answer["n"]),
    isDurable: answer["writeConcernError"] === undefined,
    ...(error && { stoppedBy: kindOf(error), reason: error.errmsg }),
  };
}

// A write error of a command names the index only in its text.
function kindOf({ code, errmsg }: WriteError): "id" | "seq" | "other" {
  if (code !== duplicateKey) return "other";
  if (errmsg.includes(` index: ${seqIndex} `)) return "seq";
  return errmsg.includes(" index: _id_ ") ? "id" : "other";
}
