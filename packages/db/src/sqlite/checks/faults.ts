import { DatabaseSync } from "node:sqlite";
import type { Mentions } from "../../entities.ts";
import type { Finding } from "../../ports/checks.ts";
import { numbersOf } from "../reads/mentions.ts";
import { migrate } from "../schema.ts";
import { prepareQuery } from "../statements.ts";
import type { ReadInTurns } from "../turns.ts";

/** How many faults of one kind are told. */
const toldMax = 20;

const streams = (table: string) => `SELECT min(stream) AS stream FROM ${table} WHERE stream > ?`;

/** The statements that find faults. A test checks the query plan of each. */
export const faultSql = {
  messageStreams: streams("messages"),
  changeStreams: streams("changes"),
  conversation: "SELECT 1 AS found FROM conversations WHERE id = ?",
  sameIds: `SELECT c.id AS id FROM changes AS c CROSS JOIN messages AS m ON m.stream = c.stream AND m.id = c.id
    WHERE c.stream = ? LIMIT ${toldMax}`,
  mentioned: `SELECT seq, mentions FROM messages
    WHERE stream = ? AND mentions IS NOT NULL AND changed IS NOT 0`,
  mentions: "SELECT count(*) AS count FROM mentions WHERE stream = ?",
  mention: "SELECT 1 AS found FROM mentions WHERE stream = ? AND mentioned = ? AND seq = ?",
  mentionSpans: `SELECT sum(count) AS count FROM mention_spans WHERE stream = ?`,
  spansOff: `SELECT span FROM mention_spans AS s WHERE stream = ?1 AND count <> (SELECT count(*) FROM mentions
      WHERE stream = ?1 AND mentioned = s.mentioned AND seq >= s.span * 1024 AND seq < (s.span + 1) * 1024) LIMIT 1`,
  deletionSpansOff: `SELECT span FROM deletion_spans AS s WHERE stream = ?1 AND count <> (SELECT count(*)
      FROM changes INDEXED BY changes_deletions WHERE stream = ?1 AND kind = 'deletion'
      AND target_seq >= s.span * 1024 AND target_seq < (s.span + 1) * 1024) LIMIT 1`,
  deletions: `SELECT count(*) AS count FROM changes INDEXED BY changes_deletions
    WHERE stream = ? AND kind = 'deletion'`,
  deletionSpans: "SELECT sum(count) AS count FROM deletion_spans WHERE stream = ?",
} as const;

// These read whole tables.
const strangers = `SELECT conversation_id AS id FROM members WHERE NOT EXISTS
  (SELECT 1 FROM conversations WHERE id = conversation_id) GROUP BY conversation_id LIMIT ${toldMax}`;
const schema = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";

/** What finding needs. */
interface FaultParts {
  isAlone: boolean;
  inTurns: ReadInTurns;
}

/** Finds what is wrong with the database beside its logs. */
export async function* findFaults(
  db: DatabaseSync,
  { isAlone, inTurns }: FaultParts,
): AsyncGenerator<Finding> {
  if (isAlone) yield* checkPages(db);
  yield* checkSchema(db);
  for (const { id } of prepareQuery<{ id: string }>(db, strangers).all()) {
    yield { where: `conversation ${id}`, what: "has members, but is not there" };
  }
  const checkStream = openStreamCheck(db);
  for (const sql of [faultSql.messageStreams, faultSql.changeStreams]) {
    const next = prepareQuery<{ stream: string | null }>(db, sql);
    for (let last = ""; ; ) {
      const names = [];
      for (let n = 0; n < 100; n++) {
        const stream = next.get(last)?.stream;
        if (typeof stream !== "string") break;
        names.push(stream);
        last = stream;
      }
      yield* await inTurns(names, checkStream);
      if (names.length < 100) break;
    }
  }
}

function* checkPages(db: DatabaseSync): Generator<Finding> {
  for (const row of db.prepare(`PRAGMA integrity_check(${toldMax})`).all()) {
    const what = String(row["integrity_check"]);
    if (what !== "ok") yield { where: "the file", what };
  }
}

/** Compares the tables and indexes with those of a new database. */
function* checkSchema(db: DatabaseSync): Generator<Finding> {
  using fresh = new DatabaseSync(":memory:");
  migrate(fresh);
  const found = new Map(
    db
      .prepare(schema)
      .all()
      .map((row) => [String(row["name"]), row]),
  );
  for (const row of fresh.prepare(schema).all()) {
    const name = String(row["name"]);
    const where = `the ${row["type"]} ${name}`;
    if (!found.has(name)) yield { where, what: "is missing" };
    else if (found.get(name)?.["sql"] !== row["sql"]) yield { where, what: "is another one" };
  }
}

interface CountRow {
  count: number | null;
}

function openStreamCheck(db: DatabaseSync): (stream: string) => Finding[] {
  const conversation = prepareQuery(db, faultSql.conversation);
  const sameIds = prepareQuery<{ id: string }>(db, faultSql.sameIds);
  const mentioned = prepareQuery<{ seq: number; mentions: string }>(db, faultSql.mentioned);
  const mention = prepareQuery(db, faultSql.mention);
  const counts = {
    mentions: prepareQuery<CountRow>(db, faultSql.mentions),
    mentionSpans: prepareQuery<CountRow>(db, faultSql.mentionSpans),
    deletions: prepareQuery<CountRow>(db, faultSql.deletions),
    deletionSpans: prepareQuery<CountRow>(db, faultSql.deletionSpans),
  };
  const spansOff = prepareQuery(db, faultSql.spansOff);
  const deletionSpansOff = prepareQuery(db, faultSql.deletionSpansOff);

  return (stream) => {
    const id = stream.slice(2);
    const isNotes = stream.startsWith("n:");
    const where = isNotes ? `the notes of ${id}` : `conversation ${id}`;
    const count = (name: keyof typeof counts) => counts[name].get(stream)?.count ?? 0;
    const found: string[] = [];
    if (!isNotes && !conversation.get(id)) found.push("has entries, but is not there");
    for (const { id: taken } of sameIds.all(stream)) found.push(`two entries have the id ${taken}`);
    let expected = 0;
    let isMissing = false;
    for (const { seq, mentions } of mentioned.all(stream)) {
      for (const number of numbersOf(JSON.parse(mentions) as Mentions)) {
        expected++;
        isMissing ||= !mention.get(stream, number, seq);
      }
    }
    if (isMissing || count("mentions") !== expected) found.push("its mentions are listed wrongly");
    if (count("mentionSpans") !== count("mentions") || spansOff.get(stream)) {
      found.push("its mentions are counted wrongly");
    }
    if (count("deletionSpans") !== count("deletions") || deletionSpansOff.get(stream)) {
      found.push("its deletions are counted wrongly");
    }
    return found.map((what) => ({ where, what }));
  };
}
