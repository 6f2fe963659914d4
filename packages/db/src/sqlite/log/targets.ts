import type { DatabaseSync } from "node:sqlite";
import { type Target, withoutReply } from "../../changes/target.ts";
import type { ReactionEntry, Thread } from "../../entities.ts";
import { reactionUsersShownMax } from "../../limits.ts";
import type { NewReaction } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import { openStates } from "../messages/states.ts";
import { messageAtSql, prepareMessages, toMessage } from "../rows.ts";
import { prepareQuery } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";
import type { LogPages } from "./pages.ts";

/** The statements for what changes are decided on. A test checks the query plan of each. */
export const targetSql = {
  message: messageAtSql,
  reaction:
    "SELECT seq FROM reactions WHERE stream = ? AND target_seq = ? AND key = ? AND user_id = ?",
  nextReactor: `SELECT user_id FROM reactions WHERE stream = ? AND target_seq = ? AND key = ?
    ORDER BY seq LIMIT 1 OFFSET ${reactionUsersShownMax}`,
  newestReply: `SELECT seq, timestamp FROM messages
    WHERE stream = ? AND thread_seq = ? AND seq <> ? AND changed IS NOT 0
    ORDER BY seq DESC LIMIT 1`,
} as const;

/** Reads what changes are decided on. */
export interface Targets {
  /** Reads a message, or the stub of a deleted one. */
  get(stream: Stream, seq: number): Target | undefined;
  /** Reads the reaction of a user, if it is on. */
  own(stream: Stream, reaction: NewReaction): ReactionEntry | undefined;
  /** Reads the user who reacted first among those who are not shown. */
  nextReactor(stream: Stream, reaction: NewReaction): string | undefined;
  /** Returns the thread of a reply without the reply. */
  threadWithout(stream: Stream, reply: Target): Thread | undefined;
}

/** Opens the reader of targets. */
export function openTargets(db: DatabaseSync, pages: Pick<LogPages, "changeAt">): Targets {
  const message = prepareMessages(db, targetSql.message);
  const reaction = prepareQuery<{ seq: number }>(db, targetSql.reaction);
  const nextReactor = prepareQuery<{ user_id: string }>(db, targetSql.nextReactor);
  const newestReply = prepareQuery<{ seq: number; timestamp: number }>(db, targetSql.newestReply);
  const states = openStates(db);

  function get(stream: Stream, seq: number): Target | undefined {
    const row = message.get(stream, seq);
    if (!row) return undefined;
    const { user_id, timestamp, thread_seq, content, metadata } = toMessage(stream, row);
    const { text, reactions, thread } = row.changed === null ? {} : states.of(stream, seq);
    return {
      seq,
      user_id,
      timestamp,
      thread_seq,
      content,
      metadata,
      text,
      reactions: reactions?.reactions ?? [],
      thread: thread?.thread,
    };
  }

  return {
    get,
    own(stream, { target_seq, key, user_id }) {
      const row = reaction.get(stream, target_seq, key, user_id);
      const entry = row && pages.changeAt(stream, row.seq);
      return entry?.kind === "reaction" ? entry : undefined;
    },
    nextReactor: (stream, { target_seq, key }) => nextReactor.get(stream, target_seq, key)?.user_id,
    threadWithout(stream, { seq, thread_seq }) {
      if (thread_seq === undefined) return undefined;
      const root = get(stream, thread_seq);
      if (!root?.thread) return undefined;
      const newest = newestReply.get(stream, thread_seq, seq);
      return withoutReply(
        root,
        newest && { seq: newest.seq, timestamp: toTimestamp(newest.timestamp) },
      );
    },
  };
}
