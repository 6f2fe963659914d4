import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import type { InboxRange } from "../src/ports/conversations.ts";
import { newFolder } from "./folder.ts";
import { appendAll } from "./log.ts";
import { newMessages } from "./make.ts";
import { workOf } from "./sqlite-work.ts";

const filters: Record<string, Partial<InboxRange>> = {
  all: {},
  archived: { archived: true },
  "not archived": { archived: false },
  unread: { unread: true },
  "unread and not archived": { unread: true, archived: false },
};

/** Makes a file with a user in settled conversations. Of 20 each, 12 are unread and 4 archived; 2 are pinned. */
async function fill(file: string, count: number): Promise<void> {
  await openSqliteStore(file).close();
  using db = new DatabaseSync(file);
  db.exec(`
    WITH RECURSIVE rooms (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM rooms WHERE n < ${count})
    INSERT INTO conversations (id, created_at, last_seq, last_activity_at, written_at, settled)
      SELECT 'room-' || n, 0, 0, n / 3, 0, 1 FROM rooms;
    INSERT INTO members (user_id, conversation_id, position, active_at, unread_count, mention_count, archived, pinned)
      SELECT 'ann', id, 1, last_activity_at, n % 20 < 12, n % 20 < 3, n % 20 IN (1, 2, 14, 15), n IN (2, 3)
      FROM (SELECT id, last_activity_at, substr(id, 6) + 0 AS n FROM conversations)`);
}

it("takes about as much work for a page of 20 and for totals, in 20 conversations and in 20,000", async () => {
  await using folder = await newFolder();
  const works: Record<string, unknown>[] = [];
  for (const count of [20, 20_000]) {
    const file = join(folder.path, `${count}.db`);
    await fill(file, count);
    const store = openSqliteStore(file);
    // Two that are not settled.
    for (const id of ["room-1", "room-8"]) {
      await appendAll(store, newMessages(3, { conversation_id: id, user_id: "bob" }));
    }
    const [one] = await store.conversations.inbox("ann", { limit: 1 });
    const work: Record<string, unknown> = {};
    for (const [name, filter] of Object.entries(filters)) {
      const { statements, rows } = await workOf(() =>
        store.conversations.inbox("ann", { limit: 20, ...filter }),
      );
      // Those of 20 are fewer than a page where there is a filter. Both sides of it are read where there is none.
      expect(rows).toBeLessThanOrEqual(2 * 20 + 3 + 10);
      work[name] = statements;
      const later = await workOf(() =>
        store.conversations.inbox("ann", { limit: 20, ...filter, ...(one && { after: one }) }),
      );
      expect(later.rows).toBeLessThanOrEqual(2 * 20 + 3 + 10);
    }
    work["totals"] = await workOf(() => store.reads.totals("ann"));
    works.push(work);
    await store.close();
  }
  expect(works[1]).toEqual(works[0]);
});
