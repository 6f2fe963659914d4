import type { DatabaseSync } from "node:sqlite";
import { newEpoch } from "../commit/epoch.ts";
import { StoreError } from "../errors.ts";

/** Migration n (counted from 0) takes a database from version n to n + 1. Migrations only add. */
const migrations: readonly string[] = [
  `
  CREATE TABLE messages (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    content TEXT NOT NULL,
    timestamp INTEGER NOT NULL, -- ms since 1970
    UNIQUE (stream, seq),
    UNIQUE (stream, id)
  ) STRICT;

  CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL, -- ms since 1970
    created_with TEXT, -- hash of the members it was created with; NULL when a message created it
    last_seq INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL, -- ms since 1970
    written_at INTEGER NOT NULL, -- when the newest message was stored, ms since 1970
    quiet_seq INTEGER NOT NULL DEFAULT 0 -- last_seq when it was last quiet for a minute
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX conversations_written ON conversations (written_at);

  CREATE TABLE members (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    position INTEGER NOT NULL, -- the order of joining
    PRIMARY KEY (user_id, conversation_id)
  ) STRICT, WITHOUT ROWID;

  CREATE UNIQUE INDEX members_by_conversation ON members (conversation_id, position, user_id);

  CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE members ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0; -- ms since 1970
  `,
  `
  CREATE TABLE leavings (
    user_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    left_at INTEGER NOT NULL, -- ms since 1970
    PRIMARY KEY (user_id, conversation_id)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX leavings_left ON leavings (left_at);
  `,
  `
  ALTER TABLE messages ADD COLUMN count INTEGER; -- how many messages the log holds up to this one; NULL: seq
  ALTER TABLE messages ADD COLUMN reply_to INTEGER;
  ALTER TABLE messages ADD COLUMN thread_seq INTEGER;
  ALTER TABLE messages ADD COLUMN metadata TEXT; -- JSON
  ALTER TABLE messages ADD COLUMN thread_state TEXT; -- JSON: of a reply, the thread with it
  ALTER TABLE messages ADD COLUMN changed INTEGER; -- 1 when it has states, 0 when it is deleted

  CREATE INDEX messages_thread ON messages (stream, thread_seq, seq) WHERE thread_seq IS NOT NULL;

  -- The entries that are not messages.
  CREATE TABLE changes (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, -- ms since 1970
    kind TEXT NOT NULL,
    target_seq INTEGER NOT NULL, -- the message it changes
    body TEXT NOT NULL, -- JSON: the fields of its kind
    count INTEGER NOT NULL, -- how many messages the log holds up to this entry
    said_seq INTEGER NOT NULL, -- the newest message up to this entry
    said_at INTEGER NOT NULL, -- its timestamp
    UNIQUE (stream, seq),
    UNIQUE (stream, id)
  ) STRICT;

  CREATE INDEX changes_target ON changes (stream, target_seq, kind, seq);

  -- For each message that was changed: the newest entry of each aspect, with the whole state after it. Texts are in that entry
  -- only: rows are moved about in this table, and SQLite leaves bytes behind.
  CREATE TABLE states (
    stream TEXT NOT NULL,
    target_seq INTEGER NOT NULL,
    aspect TEXT NOT NULL, -- text, reactions, thread
    seq INTEGER NOT NULL,
    body TEXT NOT NULL, -- JSON; of text empty
    PRIMARY KEY (stream, target_seq, aspect)
  ) STRICT, WITHOUT ROWID;

  -- The reactions that are on.
  CREATE TABLE reactions (
    stream TEXT NOT NULL,
    target_seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    user_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    timestamp INTEGER NOT NULL, -- ms since 1970
    PRIMARY KEY (stream, target_seq, key, user_id)
  ) STRICT, WITHOUT ROWID;

  CREATE UNIQUE INDEX reactions_in_order ON reactions (stream, target_seq, key, seq, user_id, timestamp);
  `,
  `
  ALTER TABLE members ADD COLUMN active_at INTEGER; -- last_activity_at of a settled conversation; NULL: the conversation has it

  CREATE INDEX members_active ON members (user_id, active_at DESC, conversation_id);

  -- 0: memberships do not have its activity; 1: they have; 2: it is too large, so they never do
  ALTER TABLE conversations ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;

  -- Without columns that a message changes.
  CREATE INDEX conversations_unsettled ON conversations (id) WHERE settled = 0;
  `,
];

/**
 * Brings a database to the newest schema version, in one transaction.
 * @throws StoreError `cannot_open` when a newer ChatNest or another program made it.
 */
export function migrate(db: DatabaseSync): void {
  // The write lock comes first, so that nobody else migrates after the version was read.
  db.exec("BEGIN EXCLUSIVE");
  try {
    const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > migrations.length) {
      throw new StoreError(
        "cannot_open",
        `it has schema version ${version}, made by a newer ChatNest; this one knows ${migrations.length}`,
      );
    }
    if (version === 0 && db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get()) {
      throw new StoreError("cannot_open", "it is a SQLite database, but not one of ChatNest");
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    const mint = db.prepare("INSERT INTO meta VALUES ('epoch', ?) ON CONFLICT DO NOTHING");
    mint.run(newEpoch());
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
