import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Mentions, MessageEntry } from "../../entities.ts";
import type { Erasure } from "../../ports/erasures.ts";
import type { Stream } from "../../stream.ts";
import type { MembershipRow } from "../members/memberships.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import { spanOf } from "./spans.ts";

const ofUser = "stream = ?1 AND mentioned IN (?2, ?3)";

/** The statements for mentions. A test checks the query plan of each. */
export const mentionSql = {
  add: "INSERT INTO mentions (stream, mentioned, seq, author) VALUES (?, ?, ?, ?)",
  remove: "DELETE FROM mentions WHERE stream = ? AND mentioned = ? AND seq = ?",
  addInSpan: `INSERT INTO mention_spans (stream, mentioned, span, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  inSpans: `SELECT sum(count) AS count FROM mention_spans WHERE ${ofUser} AND span >= ?4`,
  between: `SELECT count(*) AS count FROM mentions WHERE ${ofUser} AND seq BETWEEN ?4 AND ?5`,
  own: `SELECT count(*) AS count FROM mentions WHERE ${ofUser} AND seq BETWEEN ?4 AND ?5 AND author = ?2`,
  setMentioned: "UPDATE mentions SET mentioned = ? WHERE stream = ? AND mentioned = ? AND seq = ?",
  setAuthor:
    "UPDATE mentions SET author = ? WHERE stream = ? AND mentioned = ? AND seq = ? AND author = ?",
} as const;

/** Reads the whole table, which is made for questions about one log: it runs once for each user who is erased. */
const forgetSql = "DELETE FROM mention_spans WHERE mentioned = ?";

/** What is known of who is mentioned where. */
export interface MentionCounts {
  /** Adds the mentions of a new message. */
  add(stream: Stream, message: Pick<MessageEntry, "seq" | "user_id" | "mentions">): void;
  /** Removes those of a message that is erased. */
  remove(stream: Stream, seq: number, mentions: Mentions): void;
  /** Replaces a user by its pseudonym in those of a message, as the author and as one of those who are mentioned. */
  replace(
    stream: Stream,
    message: Required<Pick<MessageEntry, "seq" | "mentions">>,
    erasure: Pick<Erasure, "user_id" | "pseudonym">,
  ): void;
  /** Forgets a user that is mentioned nowhere. */
  forget(userId: string): void;
  /** Counts the messages of others that a user has not read and that mention it or everyone. */
  unreadOf(stream: Stream, membership: MembershipRow): number;
}

interface CountRow {
  count: number | null;
}

/** Opens the counting of mentions. */
export function openMentions(db: DatabaseSync): MentionCounts {
  const add = prepareCommand(db, mentionSql.add);
  const remove = prepareCommand(db, mentionSql.remove);
  const addInSpan = prepareCommand(db, mentionSql.addInSpan);
  const inSpans = prepareQuery<CountRow>(db, mentionSql.inSpans);
  const between = prepareQuery<CountRow>(db, mentionSql.between);
  const own = prepareQuery<CountRow>(db, mentionSql.own);
  const setMentioned = prepareCommand(db, mentionSql.setMentioned);
  const setAuthor = prepareCommand(db, mentionSql.setAuthor);
  const forget = prepareCommand(db, forgetSql);

  return {
    add(stream, { seq, user_id, mentions }) {
      if (mentions === undefined) return;
      const author = numberOf(user_id);
      for (const number of numbersOf(mentions)) {
        add.run(stream, number, seq, author);
        addInSpan.run(stream, number, spanOf(seq).span, 1);
      }
    },
    remove(stream, seq, mentions) {
      for (const number of numbersOf(mentions)) {
        if (remove.run(stream, number, seq) === 0) continue;
        addInSpan.run(stream, number, spanOf(seq).span, -1);
      }
    },
    replace(stream, { seq, mentions }, { user_id, pseudonym }) {
      const [user, other] = [numberOf(user_id), numberOf(pseudonym)];
      for (const number of numbersOf(mentions)) setAuthor.run(other, stream, number, seq, user);
      if (setMentioned.run(other, stream, user, seq) === 0) return;
      const { span } = spanOf(seq);
      addInSpan.run(stream, user, span, -1);
      addInSpan.run(stream, other, span, 1);
    },
    forget(userId) {
      forget.run(numberOf(userId));
    },
    unreadOf(stream, { user_id, read_seq, own_seq, own_count }) {
      const { span, start } = spanOf(read_seq);
      const user = numberOf(user_id);
      const count = inSpans.get(stream, user, everyone, span)?.count ?? 0;
      if (count === 0) return 0;
      const read = between.get(stream, user, everyone, start, read_seq)?.count ?? 0;
      if (own_count === 0) return count - read;
      return count - read - (own.get(stream, user, everyone, read_seq + 1, own_seq)?.count ?? 0);
    },
  };
}

/** No user has an empty id. */
const everyone = numberOf("");

/** Returns the numbers under which those who are mentioned are stored. */
export function numbersOf(mentions: Mentions): bigint[] {
  return mentions === "everyone" ? [everyone] : mentions.map(numberOf);
}

/** Makes a number of 64 bits of an id. */
function numberOf(userId: string): bigint {
  return createHash("sha256").update(userId).digest().readBigInt64BE();
}
