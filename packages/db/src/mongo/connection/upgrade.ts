import { type Collection, type Document, MongoServerError } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { ConversationState } from "../documents.ts";
import type { Waking } from "../inbox/waking.ts";
import { type Connection, inboxVersion } from "./connection.ts";

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const unauthorized = 13;
/** How many conversations are woken at a time. */
const wokenMax = 500;

/**
 * Allows entries that are not messages, and activity in memberships. From then on MongoDB refuses what processes of the versions
 * before write: they would take these entries for messages, and would leave the activity as it is. Can be called again, after a
 * failure too.
 * @throws StoreError `cannot_open` when the user of the database may not use `collMod`.
 */
export async function upgradeSchema(
  connection: Connection,
  waking: Pick<Waking, "wake">,
): Promise<void> {
  const { messages, conversations, meta } = connection;
  await require(connection, messages, { by: { $exists: true } });
  await require(connection, conversations, {
    $or: [
      { active_until: { $exists: false } },
      // Not `settled`: processes of the version before do not change that.
      { state: { $in: ["marked", "awake", "settling"] satisfies ConversationState[] } },
    ],
  });
  await meta.updateOne({ _id: "schema" }, { $max: { value: inboxVersion } });
  await connection.keepsInboxes(0);
  await wakeAll(connection, waking);
}

/** Makes MongoDB refuse documents of another form. Those that are stored already may be changed. */
async function require(
  { db }: Connection,
  { collectionName }: Pick<Collection, "collectionName">,
  validator: Document,
): Promise<void> {
  try {
    await db.command({ collMod: collectionName, validator, validationLevel: "moderate" });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== unauthorized) throw error;
    const text =
      "cannot upgrade: the user of the database may not use collMod; its role dbAdmin allows it";
    throw new StoreError("cannot_open", text, { cause: error });
  }
}

/** Wakes all conversations whose memberships were never given its activity: settling does that then. */
async function wakeAll({ conversations }: Connection, { wake }: Pick<Waking, "wake">) {
  let after: string | undefined;
  for (;;) {
    const some = await conversations
      .find(after === undefined ? {} : { _id: { $gt: after } })
      .hint({ _id: 1 })
      .sort({ _id: 1 })
      .limit(wokenMax)
      .batchSize(wokenMax + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const last = some.at(-1);
    if (!last) return;
    const old = some.filter(({ state }) => state === undefined || state === "marked");
    await wake(new Map(old.map(({ _id }) => [_id, undefined])));
    after = last._id;
  }
}
