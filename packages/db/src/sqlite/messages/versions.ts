import type { DatabaseSync } from "node:sqlite";
import { toVersion, VersionPage } from "../../changes/versions.ts";
import type { Version } from "../../entities.ts";
import type { Stream } from "../../stream.ts";
import {
  type ChangeRow,
  changeColumns,
  messageAtSql,
  prepareMessages,
  toChangeEntry,
  toMessage,
} from "../rows.ts";
import { prepareQuery } from "../statements.ts";

/** The statements for the texts of a message. A test checks the query plan of each. */
export const versionSql = {
  message: messageAtSql,
  edits: `SELECT ${changeColumns} FROM changes
    WHERE stream = ? AND target_seq = ? AND kind = 'edit' AND seq < ? ORDER BY seq DESC LIMIT ?`,
} as const;

/** Opens the function that reads the newest texts of a message, oldest first. */
export function openVersions(db: DatabaseSync): (stream: Stream, seq: number) => Version[] {
  const message = prepareMessages(db, versionSql.message);
  const edits = prepareQuery<ChangeRow>(db, versionSql.edits);
  return (stream, seq) => {
    const row = message.get(stream, seq);
    if (!row || row.changed === 0) return [];
    const sent = toMessage(stream, row);
    if (row.changed === null) return [toVersion(sent)];
    const page = new VersionPage(sent);
    for (let part = page.next; part; part = page.next) {
      const { before = Number.MAX_SAFE_INTEGER, limit } = part;
      const rows = edits.all(stream, seq, before, limit).reverse();
      page.add(rows.map((edit) => toChangeEntry(stream, edit)));
    }
    return page.versions;
  };
}
