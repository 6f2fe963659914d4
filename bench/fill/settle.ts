import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { openMongoStore, openSqliteStore } from "@chatnest/db";
import { createConnection } from "@chatnest/db/internals/mongo/connection/connection.ts";

const waitMs = 60_000;
const unsettledSql = "SELECT 1 FROM conversations WHERE settled = 0 LIMIT 1";

/**
 * Makes the conversations of a database that nobody has open as quiet as they will be some minutes after the last message: what
 * was written just now costs more to read. A store settles what is due when it opens.
 */
export async function settleMongo(uri: string): Promise<void> {
  const { client, conversations, members } = createConnection(uri);
  const past = new Date(Date.now() - 600_000);
  await conversations.updateMany(
    { active_until: { $exists: true } },
    { $set: { active_until: past } },
  );
  await members.updateMany({ awake: { $exists: true } }, { $set: { awake: past } });
  const store = openMongoStore({ uri });
  await store.ready;
  const end = performance.now() + waitMs;
  while ((await conversations.countDocuments({ active_until: { $exists: true } })) > 0) {
    if (performance.now() > end) throw new Error("the conversations do not settle");
    await delay(100);
  }
  await store.close();
  await client.close();
}

/** Does the same as {@link settleMongo} to an embedded database. */
export async function settleSqlite(file: string): Promise<void> {
  withDatabase(file, (db) => db.exec("UPDATE conversations SET written_at = last_activity_at"));
  const end = performance.now() + waitMs;
  // Only one has the file open at a time.
  while (withDatabase(file, (db) => db.prepare(unsettledSql).get()) !== undefined) {
    if (performance.now() > end) throw new Error("the conversations do not settle");
    const store = openSqliteStore(file);
    await delay(2_000);
    await store.close();
  }
}

function withDatabase<TAnswer>(file: string, ask: (db: DatabaseSync) => TAnswer): TAnswer {
  const db = new DatabaseSync(file);
  try {
    return ask(db);
  } finally {
    db.close();
  }
}
