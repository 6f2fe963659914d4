import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { headSql } from "../src/sqlite/conversation-heads.ts";
import { conversationSql } from "../src/sqlite/conversations.ts";
import { memberSql } from "../src/sqlite/members.ts";
import { messageSql } from "../src/sqlite/messages.ts";
import { migrate } from "../src/sqlite/schema.ts";

const statements = Object.entries({ ...messageSql, ...conversationSql, ...headSql, ...memberSql });

describe("SQLite's plan", () => {
  it.each(statements)("of %s searches an index and sorts nothing", (_name, sql) => {
    using db = new DatabaseSync(":memory:");
    migrate(db);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    const details = steps.map((step) => String(step["detail"]));
    expect(details.filter((detail) => /SCAN|TEMP B-TREE/.test(detail))).toEqual([]);
    if (/^SELECT/.test(sql)) expect(details.join()).toMatch(/SEARCH/);
  });
});
