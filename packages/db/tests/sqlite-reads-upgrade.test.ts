import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { migrations } from "../src/sqlite/migrations.ts";
import { restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";
import { send } from "./log.ts";
import { newMessage, upTo } from "./make.ts";
import { Room } from "./room.ts";

/** Makes a file of schema version 5: a settled conversation with messages, of which some are deleted, and one without any. */
function makeVersion5(file: string): void {
  using db = new DatabaseSync(file);
  for (const migration of migrations.slice(0, 5)) db.exec(migration);
  db.exec(`
    PRAGMA user_version = 5;
    INSERT INTO meta VALUES ('epoch', 'old');
    INSERT INTO conversations VALUES ('room', 1000, NULL, 3003, 1500, 1500, 0, 1), ('empty', 1000, NULL, 0, 1000, 1000, 0, 0);
    INSERT INTO members VALUES ('ann', 'room', 1, 1000, 1500), ('bob', 'room', 2, 1000, 1500),
      ('ann', 'empty', 1, 1000, NULL);
    WITH RECURSIVE seqs (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM seqs WHERE n < 3000)
    INSERT INTO messages (stream, seq, id, user_id, content, timestamp, count)
      SELECT 'c:room', n, 'message-' || n, iif(n % 2, 'ann', 'bob'), 'text', 1500, NULL FROM seqs;
    UPDATE messages SET changed = 0, content = '    ' WHERE seq IN (2, 1023, 2998);
    INSERT INTO changes (stream, seq, id, user_id, timestamp, kind, target_seq, body, count, said_seq, said_at) VALUES
      ('c:room', 3001, 'deletion-1', 'bob', 1500, 'deletion', 2, '{"target_seq":2}', 3000, 3000, 1500),
      ('c:room', 3002, 'deletion-2', 'bob', 1500, 'deletion', 1023, '{"target_seq":1023}', 3000, 3000, 1500),
      ('c:room', 3003, 'deletion-3', 'bob', 1500, 'deletion', 2998, '{"target_seq":2998}', 3000, 3000, 1500);`);
}

it("counts what is in a file of before as read, and what comes after it as unread", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  makeVersion5(file);
  for (const _ of upTo(2)) {
    const store = openSqliteStore(file);
    const read = { revision: 0, unread_count: 0, mention_count: 0, muted_until: null };
    expect(await store.conversations.inbox("ann", { limit: 10 })).toMatchObject([
      { id: "room", last_activity_at: "1970-01-01T00:00:01.500Z", read_seq: 3_003, ...read },
      { id: "empty", last_activity_at: "1970-01-01T00:00:01.000Z", read_seq: 0, ...read },
    ]);
    await store.close();
  }
  const store = openSqliteStore(file);
  const ann = { conversation_id: "room", user_id: "ann" };
  const room = new Room(() => store, { ...ann, user_id: "bob" });
  expect(await store.reads.mark(ann, { unread_from: 1 })).toMatchObject({ unread_count: 1_498 });
  expect(await store.reads.mark(ann, { read_seq: 1_000 })).toMatchObject({ unread_count: 999 });
  await room.say({ mentions: "everyone" });
  await room.remove(2_000);
  expect(await store.reads.totals("ann")).toEqual({
    ...{ conversations: 1, messages: 999, mentions: 1 },
  });
  expect(await store.reads.mark(ann, { read_seq: 3_003 })).toMatchObject({ unread_count: 1 });
  await store.close();
});

it("reads the memberships of the first files as read, and joins and sends go on", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await restoreSqlite(file, "sqlite-3");
  const store = openSqliteStore(file);
  const items = await store.conversations.inbox("ann", { limit: 100 });
  const heads = await store.conversations.heads({ user_id: "ann" });
  expect(items.length).toBeGreaterThan(1);
  for (const { id, read_seq, unread_count } of items) {
    const head = heads.find(({ conversation_id }) => conversation_id === id);
    expect([id, read_seq, unread_count]).toEqual([id, head?.last_seq, 0]);
  }
  await send(store, newMessage({ conversation_id: "lobby", user_id: "new" }));
  await send(store, newMessage({ conversation_id: "lobby", user_id: "bob", mentions: ["new"] }));
  const [lobby] = await store.conversations.itemsOf("new", ["lobby"]);
  expect(lobby).toMatchObject({ read_seq: 9, unread_count: 1, mention_count: 1 });
  expect(await store.reads.totals("ann")).toMatchObject({ conversations: 1, messages: 2 });
  await store.close();
});
