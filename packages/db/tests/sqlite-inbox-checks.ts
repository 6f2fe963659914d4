import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";

/** Checks that all memberships have the activity of their conversations, but none of those that are large. */
export function expectSettled(file: string): void {
  using db = new DatabaseSync(file);
  const wrong = db.prepare(`SELECT * FROM members JOIN conversations ON id = conversation_id
    WHERE settled = 0 OR active_at IS NOT iif(settled = 1, last_activity_at, NULL)`);
  expect(wrong.all()).toEqual([]);
}

/** Checks that what is counted in spans is what there is. */
export function expectCounted(file: string): void {
  using db = new DatabaseSync(file);
  const differences = (counted: string, rows: string) => {
    return [
      ...db.prepare(`${counted} EXCEPT ${rows}`).all(),
      ...db.prepare(`${rows} EXCEPT ${counted}`).all(),
    ];
  };
  const mentions = differences(
    "SELECT stream, mentioned, span, count FROM mention_spans WHERE count <> 0",
    "SELECT stream, mentioned, seq >> 10, count(*) FROM mentions GROUP BY 1, 2, 3",
  );
  const deletions = differences(
    "SELECT stream, span, count FROM deletion_spans",
    "SELECT stream, seq >> 10, count(*) FROM messages WHERE changed = 0 GROUP BY 1, 2",
  );
  expect([mentions, deletions]).toEqual([[], []]);
}
