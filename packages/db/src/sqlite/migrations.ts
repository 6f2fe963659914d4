/** Migration n (counted from 0) takes a database from version n to n + 1. Migrations only add. */
export const migrations: readonly string[] = [
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
  `
  -- Rows from before have read everything up to now.
  ALTER TABLE members ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0; -- the position up to which the log is read
  ALTER TABLE members ADD COLUMN read_count INTEGER NOT NULL DEFAULT 0; -- how many messages the log holds up to there
  ALTER TABLE members ADD COLUMN own_count INTEGER NOT NULL DEFAULT 0; -- how many of those after read_seq are the user's own
  ALTER TABLE members ADD COLUMN own_seq INTEGER NOT NULL DEFAULT 0; -- they are not behind this position
  ALTER TABLE members ADD COLUMN revision INTEGER NOT NULL DEFAULT 0; -- how often it was marked as unread
  ALTER TABLE members ADD COLUMN muted_until INTEGER; -- ms since 1970
  ALTER TABLE members ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE members ADD COLUMN archived_seq INTEGER; -- the head of the log when it was archived

  -- These are current where active_at is set.
  ALTER TABLE members ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE members ADD COLUMN unread_count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE members ADD COLUMN mention_count INTEGER NOT NULL DEFAULT 0;

  UPDATE members SET
    read_seq = ifnull((SELECT last_seq FROM conversations WHERE id = conversation_id), 0),
    read_count = ifnull((SELECT ifnull(count, seq) FROM messages
      WHERE stream = 'c:' || conversation_id ORDER BY seq DESC LIMIT 1), 0);

  DROP INDEX members_active;
  CREATE INDEX members_settled ON members (user_id, archived, pinned DESC, active_at DESC, conversation_id)
    WHERE active_at IS NOT NULL;
  CREATE INDEX members_unsettled ON members (user_id, conversation_id) WHERE active_at IS NULL;
  CREATE INDEX members_unread ON members
    (user_id, archived, pinned DESC, active_at DESC, conversation_id, muted_until, unread_count, mention_count)
    WHERE active_at IS NOT NULL AND unread_count > 0;

  ALTER TABLE messages ADD COLUMN mentions TEXT; -- JSON

  -- Who is mentioned where, by numbers made of the ids: an id itself would leave bytes behind when it is erased.
  CREATE TABLE mentions (
    stream TEXT NOT NULL,
    mentioned INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    author INTEGER NOT NULL,
    PRIMARY KEY (stream, mentioned, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX changes_deletions ON changes (stream, target_seq) WHERE kind = 'deletion';

  -- How many there are in each 1,024 positions.
  CREATE TABLE mention_spans (
    stream TEXT NOT NULL,
    mentioned INTEGER NOT NULL,
    span INTEGER NOT NULL, -- seq >> 10
    count INTEGER NOT NULL,
    PRIMARY KEY (stream, mentioned, span)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deletion_spans (
    stream TEXT NOT NULL,
    span INTEGER NOT NULL, -- target_seq >> 10
    count INTEGER NOT NULL,
    PRIMARY KEY (stream, span)
  ) STRICT, WITHOUT ROWID;

  INSERT INTO deletion_spans (stream, span, count)
    SELECT stream, target_seq >> 10, count(*) FROM changes WHERE kind = 'deletion' GROUP BY 1, 2;

  -- Not in conversations: each message rewrites their rows.
  CREATE TABLE descriptions (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    title TEXT,
    metadata TEXT -- JSON
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE messages ADD COLUMN sent_hash TEXT; -- of what was sent, where a hook has changed it
  `,
];
