import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createEvents } from "../commit/events.ts";
import { StoreError } from "../errors.ts";
import type { ChatStore } from "../store.ts";
import { validatedStore } from "../validated-store.ts";
import { openConversations } from "./conversations.ts";
import { openEpoch } from "./epoch.ts";
import { toOpenError } from "./errors.ts";
import { openLogHeads } from "./log/heads.ts";
import { openLog } from "./log/log.ts";
import { openLogPages } from "./log/pages.ts";
import { openMemberStore } from "./member-store.ts";
import { openMembers } from "./members.ts";
import { openMessages } from "./messages/messages.ts";
import { migrate } from "./schema.ts";
import { prepareQuery } from "./statements.ts";

/**
 * Opens the embedded store in a file, which is created when missing, or in memory with `:memory:`. Only one process can open
 * a file at a time; a killed process leaves no lock behind.
 * @throws StoreError `cannot_open`, with the reason and what to do about it.
 */
export function openSqliteStore(file: string): ChatStore {
  const db = openDatabase(file);
  const events = createEvents();
  const members = openMembers(db);
  const heads = openLogHeads(db);
  const pages = openLogPages(db, heads);
  const log = openLog(db, { heads, pages, members, events });
  const messages = openMessages(db, heads);
  const { newestOf } = messages;
  const ping = prepareQuery(db, "SELECT 1");
  let closing: Promise<void> | undefined;

  function admit(): void {
    if (closing) throw new StoreError("closed", "the store is closed");
  }

  async function pingDatabase(): Promise<void> {
    ping.get();
  }

  // No other process has the file open, and opening it has migrated it.
  async function upgrade(): Promise<void> {}

  const { watch } = events;
  // No other process has the file open, so no event can be missed.
  const watchState = () => "live" as const;
  return {
    ...validatedStore(
      {
        log,
        messages,
        members: openMemberStore(db, members, events),
        conversations: openConversations(db, { members, newestOf, events }),
        ...openEpoch(db),
        watch,
        watchState,
        upgrade,
        ping: pingDatabase,
      },
      admit,
    ),
    close() {
      closing ??= log.close().then(() => db.close());
      return closing;
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (file !== ":memory:") makeFolder(dirname(file));
    db = new DatabaseSync(file);
    // Exclusive before WAL: then SQLite locks the file itself and creates no shared memory file.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    // What is erased must not stay in unused pages of the file.
    db.exec("PRAGMA secure_delete = ON");
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw toOpenError(file, error);
  }
}

// Level by level, since Node's `recursive` never returns where folders cannot be created, as below /proc.
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}
