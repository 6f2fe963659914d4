import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ChatStore, conversationStream, openSqliteStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import { cacheFolder } from "../cache-folder.ts";
import { plainText } from "../text.ts";
import { inboxUsers } from "./chat.ts";
import { settleSqlite } from "./settle.ts";

/** How many messages a database has. */
export interface LargeShape {
  /** Of the conversation `long`. */
  longLength: number;
  /** How many conversations there are beside it. */
  conversations: number;
  /** Of each of these. */
  length: number;
}

export const tenMillion: LargeShape = {
  longLength: 1_000_000,
  conversations: 10_000,
  length: 900,
};
export const tenThousand: LargeShape = { longLength: 5_000, conversations: 1_000, length: 5 };

/** The names of the conversations, for wrk.lua. */
export const largeName = "large-%05d";
const manyOf = 5_000;
const fewOf = 20;
/** So many messages of a conversation follow each other in the file, as when people talk. */
const burst = 20;
const atOnce = 1_000;
// Old enough to be quiet.
const startMs = Date.parse("2026-01-01T00:00:00Z");

/** A folder with an embedded database of 10,000,000 messages. It takes a minute to make, and 3 GB. */
export function tenMillionFolder(): Promise<AsyncDisposable & { path: string }> {
  return makeLarge(tenMillion);
}

/** A folder with an embedded database of 10,000 messages. */
export function tenThousandFolder(): Promise<AsyncDisposable & { path: string }> {
  return makeLarge(tenThousand);
}

/** Makes an embedded database: the messages by SQL, then the newest of each conversation through the store, which does the rest. */
export async function makeLarge(shape: LargeShape): Promise<AsyncDisposable & { path: string }> {
  await mkdir(cacheFolder, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(cacheFolder, "large-")));
  const file = join(folder.path, "chatnest.db");
  await openSqliteStore(file).close();
  insertMessages(file, shape);
  const store = openSqliteStore(file);
  await fillMembers(store, shape);
  await store.close();
  await settleSqlite(file);
  const kept = stack.move();
  return { path: folder.path, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The id of a conversation. */
export function largeId(n: number): string {
  return `large-${String(n).padStart(5, "0")}`;
}

function insertMessages(file: string, { longLength, conversations, length }: LargeShape): void {
  const db = new DatabaseSync(file);
  // Whatever goes wrong, the file is thrown away.
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  db.exec("PRAGMA cache_size = -4000000");
  const insert = db.prepare(`
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count),
    places(conversation, seq) AS (SELECT n / :burst, :start + n % :burst + 1 FROM numbers)
    INSERT INTO messages (stream, seq, id, user_id, content, timestamp)
    SELECT printf(:stream, conversation), seq, printf('message-%08d', seq), 'user-' || seq % 20, :content, :time + seq * 1000
    FROM places`);
  const common = { time: startMs, content: plainText };
  const bursts = Math.ceil(length / burst);
  const longBurst = Math.ceil(longLength / bursts);
  db.exec("BEGIN");
  for (let n = 0; n < bursts; n++) {
    const size = Math.min(burst, length - n * burst);
    const stream = conversationStream(largeName);
    insert.run({ ...common, stream, start: n * burst, burst: size, count: conversations * size });
    const long = { stream: conversationStream("long"), start: n * longBurst, burst: longBurst };
    insert.run({ ...common, ...long, count: longBurst });
  }
  db.exec("COMMIT");
  db.close();
}

/** Everybody joins by sending: few of the conversations have one user, many have another. */
async function fillMembers(store: ChatStore, { conversations }: LargeShape): Promise<void> {
  const timestamp = new Date(startMs + 2_000_000_000).toISOString();
  const names = Array.from({ length: conversations }, (_, n) => largeId(n));
  const joins = [
    ["long", "ann"] as const,
    ...names.map((name) => [name, "ann"] as const),
    ...names.slice(-manyOf).map((name) => [name, inboxUsers.many] as const),
    ...names.slice(-fewOf).map((name) => [name, inboxUsers.few] as const),
  ];
  for (let start = 0; start < joins.length; start += atOnce) {
    const sends = joins.slice(start, start + atOnce).map(([conversation_id, user_id]) => {
      const id = `joined-as-${user_id}`;
      return append(store, { id, user_id, content: plainText, timestamp, conversation_id });
    });
    await Promise.all(sends);
  }
}
