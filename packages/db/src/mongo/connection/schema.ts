import type { IndexDescription } from "mongodb";
import { newEpoch } from "../../commit/epoch.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { leavingsKeptMs } from "../../leavings.ts";
import type { MetaDocument } from "../documents.ts";
import type { Connection } from "./connection.ts";

/** The version of the collections and their indexes; a newer one may have added to them. */
const schemaVersion = 1;

/** The name of the unique index of positions, by which a conflict of them is known. */
export const seqIndex = "stream_seq";
/** The name of the index of members in the order they joined. */
export const membersIndex = "conversation_joined";

// Beside these, every collection has the unique index of its `_id`.
const indexes: Record<"messages" | "conversations" | "members" | "leavings", IndexDescription[]> = {
  messages: [{ key: { stream: 1, seq: 1 }, name: seqIndex, unique: true }],
  conversations: [{ key: { active_until: 1 }, name: "active_until", sparse: true }],
  members: [{ key: { conversation_id: 1, joined: 1, user_id: 1 }, name: membersIndex }],
  leavings: [
    { key: { user_id: 1, left_at: 1 }, name: "user_left" },
    { key: { left_at: 1 }, name: "left", expireAfterSeconds: leavingsKeptMs / 1_000 },
  ],
};

/**
 * Makes what the store needs in its database; what is there already is left as it is, so that any number of processes
 * may do it at once.
 * @throws StoreError `cannot_open` when a newer ChatNest made the database.
 */
export async function ensureSchema(connection: Connection): Promise<void> {
  await ensureMeta(connection);
  await Promise.all([
    connection.messages.createIndexes(indexes.messages),
    connection.conversations.createIndexes(indexes.conversations),
    connection.members.createIndexes(indexes.members),
    connection.leavings.createIndexes(indexes.leavings),
  ]);
}

/** Names the collections of the former service that stand in the same database; they are left alone. */
export async function formerCollections({ db }: Connection): Promise<string[]> {
  const names = { $in: ["messages", "conversations"] };
  const found = await db.listCollections({ name: names }, { nameOnly: true }).toArray();
  return found.map(({ name }) => name);
}

/** Reads the name of the epoch. */
export async function readEpoch({ meta }: Connection): Promise<string> {
  const document = await meta.findOne({ _id: "epoch" }, { maxTimeMS: readTimeoutMs });
  if (!document) throw new Error("the database has lost its epoch");
  return String(document.value);
}

/** Begins a new epoch. */
export async function renewEpoch({ meta }: Connection): Promise<void> {
  await meta.updateOne({ _id: "epoch" }, { $set: { value: newEpoch() } });
}

async function ensureMeta({ meta }: Connection): Promise<void> {
  const documents: MetaDocument[] = [
    { _id: "schema", value: schemaVersion },
    { _id: "epoch", value: newEpoch() },
  ];
  for (const { _id, value } of documents) {
    await meta.updateOne({ _id }, { $setOnInsert: { value } }, { upsert: true });
  }
  const version = Number((await meta.findOne({ _id: "schema" }))?.value);
  if (version > schemaVersion) {
    throw new StoreError(
      "cannot_open",
      `cannot open the MongoDB store: its schema version ${version} is of a newer ChatNest, this one knows ${schemaVersion}; start the newer one`,
    );
  }
}
