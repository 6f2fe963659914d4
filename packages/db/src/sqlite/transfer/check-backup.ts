import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { StoreError } from "../../errors.ts";

/** What a backup holds. */
export interface BackupContents {
  conversations: number;
  messages: number;
  epoch: string;
}

/**
 * Checks a copy of an embedded store that nobody has open, and reads from it. Nothing is written, not even beside it.
 * @throws StoreError `cannot_open` when it is damaged or incomplete.
 */
export function checkBackup(file: string): BackupContents {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  try {
    using db = new DatabaseSync(url, { readOnly: true });
    const [found] = db.prepare("PRAGMA integrity_check(1)").all();
    const verdict = String(found?.["integrity_check"]);
    if (verdict !== "ok") throw new Error(verdict);
    const count = (table: string) =>
      Number(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
    const epoch = db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get()?.["value"];
    if (typeof epoch !== "string") throw new Error("it has no epoch");
    return { conversations: count("conversations"), messages: count("messages"), epoch };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError("cannot_open", `the copy ${file} is not whole: ${reason}`, {
      cause: error,
    });
  }
}
