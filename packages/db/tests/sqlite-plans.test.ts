import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { checkSql } from "../src/sqlite/checks/checks.ts";
import { faultSql } from "../src/sqlite/checks/faults.ts";
import { headSql } from "../src/sqlite/conversations/conversation-heads.ts";
import { conversationSql } from "../src/sqlite/conversations/conversations.ts";
import { descriptionSql } from "../src/sqlite/conversations/descriptions.ts";
import { leftoverSql } from "../src/sqlite/erasures/leftovers.ts";
import { ownedSql } from "../src/sqlite/erasures/owned.ts";
import { partSql } from "../src/sqlite/erasures/parts.ts";
import { replacingSql } from "../src/sqlite/erasures/replacing.ts";
import { taskSql } from "../src/sqlite/erasures/tasks.ts";
import { inboxSql } from "../src/sqlite/inbox/inbox.ts";
import { itemSql } from "../src/sqlite/inbox/items.ts";
import { settledSql } from "../src/sqlite/inbox/settled.ts";
import { settlingSql } from "../src/sqlite/inbox/settling.ts";
import { totalSql } from "../src/sqlite/inbox/totals.ts";
import { wakingSql } from "../src/sqlite/inbox/waking.ts";
import { authorSql } from "../src/sqlite/log/authors.ts";
import { changeSql } from "../src/sqlite/log/changes.ts";
import { erasingSql } from "../src/sqlite/log/erasing.ts";
import { logHeadSql } from "../src/sqlite/log/heads.ts";
import { messageWriterSql } from "../src/sqlite/log/message-writer.ts";
import { logPageSql } from "../src/sqlite/log/pages.ts";
import { targetSql } from "../src/sqlite/log/targets.ts";
import { touchSql } from "../src/sqlite/log/touches.ts";
import { memberSql } from "../src/sqlite/members/members.ts";
import { membershipSql } from "../src/sqlite/members/memberships.ts";
import { settingsSql } from "../src/sqlite/members/settings.ts";
import { messagePageSqls } from "../src/sqlite/messages/pages.ts";
import { reactorSql } from "../src/sqlite/messages/reactors.ts";
import { stateSql } from "../src/sqlite/messages/states.ts";
import { versionSql } from "../src/sqlite/messages/versions.ts";
import { deletionSql } from "../src/sqlite/reads/deletions.ts";
import { markSql } from "../src/sqlite/reads/marks.ts";
import { mentionSql } from "../src/sqlite/reads/mentions.ts";
import { readSql } from "../src/sqlite/reads/read-store.ts";
import { unreadSql } from "../src/sqlite/reads/unread.ts";
import { messageAtSql } from "../src/sqlite/rows.ts";
import { migrate } from "../src/sqlite/schema.ts";
import { putEntrySql } from "../src/sqlite/transfer/put-entries.ts";
import { storedSql } from "../src/sqlite/transfer/stored.ts";
import { transferSql } from "../src/sqlite/transfer/transfer.ts";

const sets: Record<string, Readonly<Record<string, string>>> = {
  authorSql,
  changeSql,
  checkSql,
  conversationSql,
  deletionSql,
  descriptionSql,
  erasingSql,
  faultSql,
  headSql,
  inboxSql,
  itemSql,
  leftoverSql,
  logHeadSql,
  logPageSql,
  markSql,
  memberSql,
  membershipSql,
  mentionSql,
  messagePageSqls: Object.fromEntries(messagePageSqls.entries()),
  messageSql: { at: messageAtSql },
  messageWriterSql,
  ownedSql,
  partSql,
  putEntrySql,
  reactorSql,
  readSql,
  replacingSql,
  settingsSql,
  settledSql,
  settlingSql,
  stateSql,
  storedSql,
  targetSql,
  taskSql,
  totalSql,
  touchSql,
  transferSql,
  unreadSql,
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

  it.each([
    ["the totals", totalSql.settled, "USING COVERING INDEX members_unread"],
    ["a page of unread conversations", settledSql.unreadBelow, "USING INDEX members_unread"],
    ["a page", settledSql.below, "USING INDEX members_settled"],
    ["deletions", deletionSql.between, "USING COVERING INDEX changes_deletions"],
  ])("of %s is the index that is made for it", (_name, sql, expected) => {
    using db = new DatabaseSync(":memory:");
    migrate(db);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    expect(steps.map((step) => String(step["detail"])).join()).toContain(expected);
  });
});
