import type { IndexDescription } from "mongodb";
import { newEpoch } from "../../commit/epoch.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { leavingsKeptMs } from "../../leavings.ts";
import type { MetaDocument } from "../documents.ts";
import { type Connection, inboxVersion, readSchemaVersion } from "./connection.ts";

/** The version of the collections and their indexes. Newer versions only add. An older database stays one until it is upgraded. */
const schemaVersion = inboxVersion;

/** The name of the unique index of positions. Errors name it when two entries compete for a position. */
export const seqIndex = "stream_seq";
/** The name of the index of members in the order they joined. */
export const membersIndex = "conversation_joined";

/** Makes an index of the few entries that have a field. */
function indexOf(field: string, key: IndexDescription["key"]): IndexDescription {
  return { key, name: field, partialFilterExpression: { [field]: { $exists: true } } };
}

/** Of a user's inbox: the order of settled conversations. */
const inboxOrder = {
  user_id: 1,
  archived: 1,
  pinned: -1,
  active_at: -1,
  conversation_id: 1,
} as const;
const settled = { active_at: { $exists: true } };

/** The indexes of the collections. In addition, every collection has the unique index of its `_id`. */
export const indexes: Record<
  "messages" | "conversations" | "members" | "leavings",
  IndexDescription[]
> = {
  messages: [
    { key: { stream: 1, seq: 1 }, name: seqIndex, unique: true },
    // The messages that are not deleted, without the other entries.
    indexOf("content", { stream: 1, seq: 1 }),
    indexOf("deleted_seq", { stream: 1, seq: 1 }),
    indexOf("aspect", { aspect: 1, seq: 1 }),
    indexOf("thread", { thread: 1, seq: 1 }),
    indexOf("reactor", { reactor: 1, seq: 1 }),
    indexOf("on", { on: 1, seq: 1 }),
    indexOf("erasing", { erasing: 1 }),
    indexOf("mentions", { mentions: 1, stream: 1, seq: 1 }),
    // Messages alone have no `kind`.
    {
      key: { stream: 1, user_id: 1, seq: 1 },
      name: "stream_user",
      partialFilterExpression: { kind: null },
    },
  ],
  conversations: [{ key: { active_until: 1 }, name: "active_until", sparse: true }],
  members: [
    { key: { conversation_id: 1, joined: 1, user_id: 1 }, name: membersIndex },
    { key: inboxOrder, name: "inbox", partialFilterExpression: settled },
    {
      key: inboxOrder,
      name: "inbox_unread",
      partialFilterExpression: { ...settled, unread_count: { $gt: 0 } },
    },
    {
      key: { user_id: 1, conversation_id: 1 },
      name: "unsettled",
      partialFilterExpression: { active_at: null },
    },
  ],
  leavings: [
    { key: { user_id: 1, left_at: 1 }, name: "user_left" },
    { key: { left_at: 1 }, name: "left", expireAfterSeconds: leavingsKeptMs / 1_000 },
  ],
};

/**
 * Creates what the store needs in its database and leaves what exists, so that any number of processes can do it at the same
 * time.
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

/** Lists the collections of the former service in the same database. ChatNest does not touch them. */
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

/** Starts a new epoch. */
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
  const version = await readSchemaVersion(meta);
  if (version > schemaVersion) {
    throw new StoreError(
      "cannot_open",
      `cannot open the MongoDB store: a newer ChatNest made it (schema version ${version}; this one knows ${schemaVersion}): start the newer one`,
    );
  }
}
