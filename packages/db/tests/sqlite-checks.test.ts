import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { type ChatStore, openSqliteStore } from "../src/index.ts";
import { fill, findings } from "./checked.ts";
import { newFolder } from "./folder.ts";

const pageBytes = 4_096;
const inRoom = "WHERE stream = 'c:room'";

describe("a check of a SQLite file", () => {
  it.each<[string, string, RegExp]>([
    ["nothing", "SELECT 1", /^$/],
    [
      "an entry that is gone",
      `DELETE FROM changes ${inRoom} AND seq = 4`,
      /room: entry 4 is missing/,
    ],
    [
      "a message that is gone",
      `DELETE FROM messages ${inRoom} AND seq = 2`,
      /^(?![\s\S]*counted)[\s\S]*room: entry 2 is missing/,
    ],
    [
      "the first note that is gone",
      "DELETE FROM messages WHERE stream = 'n:alice' AND seq = 1",
      /notes of alice: entry 1 is missing/,
    ],
    [
      "a conversation that is gone",
      "DELETE FROM conversations WHERE id = 'room'",
      /room: has members, but is not there[\s\S]*room: has entries, but is not there/,
    ],
    [
      "an id that is there twice",
      `UPDATE changes SET id = (SELECT id FROM messages ${inRoom} AND seq = 1) ${inRoom} AND seq = 3`,
      /room: two entries have the id/,
    ],
    ["an index that is gone", "DROP INDEX leavings_left", /index leavings_left: is missing/],
    [
      "an index that is another one",
      "DROP INDEX changes_target; CREATE INDEX changes_target ON changes (stream)",
      /index changes_target: is another one/,
    ],
    [
      "a text that is not the newest",
      `UPDATE states SET seq = 4 ${inRoom} AND aspect = 'text' AND target_seq = 1`,
      /message 1/,
    ],
    [
      "a change that is not shown",
      `UPDATE messages SET changed = NULL ${inRoom} AND seq = 1`,
      /message 1 is not shown as its newest change/,
    ],
    [
      "reactions that are wrong",
      `UPDATE states SET body = '[]' ${inRoom} AND aspect = 'reactions'`,
      /message 1 does not show its reactions/,
    ],
    [
      "a reactor that is gone",
      `DELETE FROM reactions ${inRoom}`,
      /message 1 does not list those who react/,
    ],
    [
      "a thread that is wrong",
      `UPDATE states SET body = '{"count":2,"last_seq":2,"last_at":"2026-01-01T00:00:00.000Z"}' ${inRoom} AND aspect = 'thread'`,
      /message 1 does not show its thread/,
    ],
    [
      "a deleted message with its text",
      `UPDATE messages SET content = 'four', changed = 1 ${inRoom} AND seq = 6`,
      /message 6 is deleted, but not erased/,
    ],
    [
      "an erased message without a deletion",
      `UPDATE messages SET changed = 0 ${inRoom} AND seq = 5`,
      /message 5 is erased, but nothing deleted it/,
    ],
    [
      "a count that is wrong",
      `UPDATE messages SET count = 7 ${inRoom} AND seq = 5`,
      /entry 5 is counted wrongly/,
    ],
    [
      "a said_seq that is wrong",
      `UPDATE changes SET said_seq = 1 ${inRoom} AND seq = 3`,
      /entry 3 is counted wrongly/,
    ],
    [
      "a last_seq that is wrong",
      "UPDATE conversations SET last_seq = 3",
      /last_seq is 3, but its log ends at 7/,
    ],
    [
      "an activity that is wrong",
      "UPDATE conversations SET last_activity_at = 1",
      /last_activity_at is 1970/,
    ],
    [
      "a member who has read too far",
      "UPDATE members SET read_seq = 99 WHERE user_id = 'bob'",
      /the member bob has read up to 99 of 7/,
    ],
    [
      "a read count that is wrong",
      "UPDATE members SET read_count = 0 WHERE user_id = 'bob'",
      /the member bob has read \d messages, but is counted/,
    ],
    [
      "an own count that is wrong",
      "UPDATE members SET own_count = 0 WHERE user_id = 'alice'",
      /the member alice has 2 own messages behind that, but 0/,
    ],
    [
      "an inbox that is wrong",
      "UPDATE members SET active_at = 1, unread_count = 9 WHERE user_id = 'alice'",
      /the member alice has an inbox with active_at 1 instead of \d+, unread_count 9 instead of 1/,
    ],
    [
      "a mention that is gone",
      `DELETE FROM mentions ${inRoom} AND seq = 1`,
      /mentions are listed wrongly/,
    ],
    [
      "a count of mentions that is wrong",
      `UPDATE mention_spans SET count = 5 ${inRoom}`,
      /mentions are counted wrongly/,
    ],
    [
      "a count of deletions that is wrong",
      `DELETE FROM deletion_spans ${inRoom}`,
      /deletions are counted wrongly/,
    ],
    [
      "a change that is no JSON, without a word of it",
      `UPDATE changes SET body = 'secret' ${inRoom} AND kind = 'edit'`,
      /^(?![\s\S]*secret)[\s\S]*room: cannot be read: SyntaxError/,
    ],
    [
      "an import that was not finished",
      "INSERT INTO meta VALUES ('transfer:room', '')",
      /was not finished/,
    ],
  ])("finds %s", async (_, sql, expected) => {
    await using folder = await newFolder();
    const file = join(folder.path, "chatnest.db");
    const store = openSqliteStore(file);
    await fill(store);
    expect(await findings(store)).toEqual([]);
    await store.close();
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    const again = openSqliteStore(file);
    expect((await findings(again)).join("\n")).toMatch(expected);
    await again.close();
  });

  it("tells of every page that is damaged, and never fails", { timeout: 60_000 }, async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "chatnest.db");
    const store = openSqliteStore(file);
    await fill(store);
    await store.close();
    const whole = await readFile(file);
    for (let start = 0; start < whole.length; start += pageBytes) {
      const damaged = Buffer.from(whole).fill(0xff, start, start + pageBytes);
      await writeFile(file, damaged);
      expect(await findingsIn(file), `page ${start / pageBytes}`).not.toEqual([]);
    }
  });
});

/** Checks a file. That it cannot be opened is a finding, too. */
async function findingsIn(file: string): Promise<string[]> {
  let store: ChatStore;
  try {
    store = openSqliteStore(file);
  } catch (error) {
    return [String(error)];
  }
  try {
    return await findings(store);
  } finally {
    await store.close();
  }
}
