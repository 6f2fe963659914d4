import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { headSql } from "../src/sqlite/conversation-heads.ts";
import { conversationSql } from "../src/sqlite/conversations.ts";
import { inboxSql } from "../src/sqlite/inbox.ts";
import { changeSql } from "../src/sqlite/log/changes.ts";
import { erasingSql } from "../src/sqlite/log/erasing.ts";
import { logHeadSql } from "../src/sqlite/log/heads.ts";
import { messageWriterSql } from "../src/sqlite/log/message-writer.ts";
import { logPageSql } from "../src/sqlite/log/pages.ts";
import { targetSql } from "../src/sqlite/log/targets.ts";
import { touchSql } from "../src/sqlite/log/touches.ts";
import { memberSql } from "../src/sqlite/members.ts";
import { messagePageSqls } from "../src/sqlite/messages/pages.ts";
import { reactorSql } from "../src/sqlite/messages/reactors.ts";
import { stateSql } from "../src/sqlite/messages/states.ts";
import { versionSql } from "../src/sqlite/messages/versions.ts";
import { messageAtSql } from "../src/sqlite/rows.ts";
import { migrate } from "../src/sqlite/schema.ts";
import { settlingSql } from "../src/sqlite/settling.ts";
import { wakingSql } from "../src/sqlite/waking.ts";

const sets: Record<string, Readonly<Record<string, string>>> = {
  changeSql,
  conversationSql,
  erasingSql,
  headSql,
  inboxSql,
  logHeadSql,
  logPageSql,
  memberSql,
  messagePageSqls: Object.fromEntries(messagePageSqls.entries()),
  messageSql: { at: messageAtSql },
  messageWriterSql,
  reactorSql,
  settlingSql,
  stateSql,
  targetSql,
  touchSql,
  versionSql,
  wakingSql,
};
const statements = Object.entries(sets).flatMap(([set, sqls]) => {
  return Object.entries(sqls).map(([name, sql]) => [`${set}.${name}`, sql] as const);
});

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
