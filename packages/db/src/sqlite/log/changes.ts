import type { DatabaseSync } from "node:sqlite";
import { decideDeletion, decideEdit, decideReaction, type Place } from "../../changes/decide.ts";
import { makesRoom } from "../../changes/reactions.ts";
import { isDeleted } from "../../changes/target.ts";
import type { ChangeEntry, DeletionEntry, ReactionEntry } from "../../entities.ts";
import type { Appended, NewChange } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import { openStates } from "../messages/states.ts";
import type { DeletionCounts } from "../reads/deletions.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { toBody } from "../rows.ts";
import { prepareCommand } from "../statements.ts";
import { openErasing } from "./erasing.ts";
import type { LogHeadRow } from "./heads.ts";
import type { Targets } from "./targets.ts";

/** The statements that store changes. A test checks the query plan of each. */
export const changeSql = {
  insert: `INSERT INTO changes (stream, seq, id, user_id, timestamp, kind, target_seq, body, count, said_seq, said_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  react:
    "INSERT INTO reactions (stream, target_seq, key, user_id, seq, timestamp) VALUES (?, ?, ?, ?, ?, ?)",
  unreact: "DELETE FROM reactions WHERE stream = ? AND target_seq = ? AND key = ? AND user_id = ?",
} as const;

/** The place that an entry takes at the end of a log. */
export interface EntryPlace extends Place {
  stream: Stream;
  /** The head of the log before the entry. */
  head: LogHeadRow;
  /** In ms since 1970. */
  time: number;
}

/** Stores changes. */
export interface Changes {
  /**
   * Decides on a change and stores it.
   * @throws StoreError `not_found`, `changed`, `conflict`; nothing is stored then.
   */
  write(change: NewChange, place: EntryPlace): Appended;
}

/** What the writer of changes needs. */
export interface ChangesParts {
  targets: Targets;
  mentions: Pick<MentionCounts, "remove">;
  deletions: Pick<DeletionCounts, "add">;
}

/** Opens the writer of changes. It runs in the transaction of its caller. */
export function openChanges(
  db: DatabaseSync,
  { targets, mentions, deletions }: ChangesParts,
): Changes {
  const insert = prepareCommand(db, changeSql.insert);
  const react = prepareCommand(db, changeSql.react);
  const unreact = prepareCommand(db, changeSql.unreact);
  const erase = openErasing(db, mentions);
  const states = openStates(db);

  function write(change: NewChange, place: EntryPlace): Appended {
    const { stream } = place;
    const target = targets.get(stream, change.target_seq);
    switch (change.kind) {
      case "edit": {
        const entry = decideEdit(change, place, target);
        store(entry, place);
        states.put({ stream, seq: entry.target_seq, aspect: "text" }, entry.seq);
        return { entry, created: true };
      }
      case "deletion": {
        const isReply = target && !isDeleted(target);
        const thread = isReply ? targets.threadWithout(stream, target) : undefined;
        const decision = decideDeletion(change, place, { target, thread });
        if ("answer" in decision) return { entry: decision.answer, created: false };
        storeDeletion(decision.store, place);
        return { entry: decision.store, created: true };
      }
      case "reaction": {
        const own = target && targets.own(stream, change);
        const isShown = target && !change.added && makesRoom(target.reactions, change);
        const next = isShown ? targets.nextReactor(stream, change) : undefined;
        const decision = decideReaction(change, place, { target, own, next });
        if ("answer" in decision) return { entry: decision.answer, created: false };
        storeReaction(decision.store, place);
        return { entry: decision.store, created: true };
      }
    }
  }

  function store(entry: ChangeEntry, { stream, time, head }: EntryPlace): void {
    const { count, said_seq, said_at } = head;
    const { seq, id, user_id, kind, target_seq } = entry;
    const body = toBody(entry);
    insert.run(stream, seq, id, user_id, time, kind, target_seq, body, count, said_seq, said_at);
  }

  function storeReaction(entry: ReactionEntry, place: EntryPlace): void {
    const { stream } = place;
    store(entry, place);
    const { target_seq, key, user_id, seq, reactions } = entry;
    if (entry.added) react.run(stream, target_seq, key, user_id, seq, place.time);
    else unreact.run(stream, target_seq, key, user_id);
    states.put({ stream, seq: target_seq, aspect: "reactions" }, seq, reactions);
  }

  function storeDeletion(entry: DeletionEntry, place: EntryPlace): void {
    const { stream } = place;
    const { target_seq, thread_seq, thread_state, seq } = entry;
    store(entry, place);
    erase(stream, target_seq);
    deletions.add(stream, target_seq);
    states.put({ stream, seq: target_seq, aspect: "text" }, seq);
    if (thread_seq === undefined || thread_state === undefined) return;
    states.put({ stream, seq: thread_seq, aspect: "thread" }, seq, thread_state);
  }

  return { write };
}
