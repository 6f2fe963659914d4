import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import type { FaultMember } from "../support/fault-set.ts";
import { until } from "../support/until.ts";

/** The messages of a database as one member of a replica set has them, whatever the others have. */
export interface MemberView extends AsyncDisposable {
  /** Inserts a message of a user at the end of a stream on this member alone: it waits for no other. */
  insertAtEnd(stream: string, userId: string): Promise<void>;
  /** Counts what a user has said. */
  countOf(userId: string): Promise<number>;
  /** Reads the newest position of a stream: by itself, or of what it knows a majority to have. */
  lastSeq(stream: string, level: "local" | "majority"): Promise<number>;
}

/** Connects to one member itself, past every proxy. */
export async function openMemberView(
  { mongod: { port } }: FaultMember,
  database: string,
): Promise<MemberView> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/${database}`, {
    directConnection: true,
  });
  await client.connect();
  const messages = client.db().collection<{ _id: string; seq: number }>("chat_messages");

  async function lastSeq(stream: string, level: "local" | "majority"): Promise<number> {
    const [newest] = await messages
      .find({ stream }, { readConcern: { level } })
      .sort({ seq: -1 })
      .limit(1)
      .toArray();
    return newest?.seq ?? 0;
  }

  return {
    lastSeq,
    async insertAtEnd(stream, user_id) {
      // Somebody else may take the same place first.
      await until(
        async () => {
          const place = { stream, seq: 1 + (await lastSeq(stream, "local")) };
          const said = { user_id, content: "boo", timestamp: new Date() };
          const message = { _id: `${randomUUID()}/${stream}`, ...place, ...said };
          return (await messages.insertOne(message, { writeConcern: { w: 1 } })).acknowledged;
        },
        { timeoutMs: 5_000, what: `${stream} has a message more` },
      );
    },
    countOf: (user_id) => messages.countDocuments({ user_id }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
