import type { DatabaseSync } from "node:sqlite";
import type { Aspect, States } from "../../changes/current.ts";
import type { DeletionEntry, EditEntry, Reaction, Thread } from "../../entities.ts";
import type { Stream } from "../../stream.ts";
import { type ChangeRow, toChangeEntry } from "../rows.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

type StateRow = { target_seq: number } & (
  | ({ aspect: "text" } & ChangeRow)
  | { aspect: "reactions" | "thread"; seq: number; body: string }
);

/** The newest entries of the aspects of a message. */
export interface StoredStates extends States {
  text?: EditEntry | DeletionEntry;
}

/** The statements for states. A test checks the query plan of each. */
export const stateSql = {
  ofRange: `SELECT s.target_seq, s.aspect, s.seq, ifnull(c.body, s.body) AS body, c.id, c.user_id, c.timestamp, c.kind
    FROM states AS s LEFT JOIN changes AS c ON s.aspect = 'text' AND c.stream = s.stream AND c.seq = s.seq
    WHERE s.stream = ? AND s.target_seq >= ? AND s.target_seq <= ?`,
  put: `INSERT INTO states (stream, target_seq, aspect, seq, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq, body = excluded.body`,
  mark: "UPDATE messages SET changed = 1 WHERE stream = ? AND seq = ? AND changed IS NULL",
} as const;

/** An aspect of a message. */
export interface AspectOf {
  stream: Stream;
  seq: number;
  aspect: Aspect;
}

/** The states of changed messages. */
export interface StateStore {
  of(stream: Stream, seq: number): StoredStates;
  /** Reads the states of all messages between two positions, both included. */
  between(stream: Stream, first: number, last: number): Map<number, StoredStates>;
  /** Stores the state of an aspect after the entry at `seq`. That of a text is in the entry itself. */
  put(target: AspectOf, seq: number, body?: unknown): void;
}

/** Opens the states. */
export function openStates(db: DatabaseSync): StateStore {
  const ofRange = prepareQuery<StateRow>(db, stateSql.ofRange);
  const put = prepareCommand(db, stateSql.put);
  const mark = prepareCommand(db, stateSql.mark);

  function between(stream: Stream, first: number, last: number): Map<number, StoredStates> {
    const found = new Map<number, StoredStates>();
    for (const row of ofRange.all(stream, first, last)) {
      found.set(row.target_seq, { ...found.get(row.target_seq), ...toState(stream, row) });
    }
    return found;
  }

  return {
    between,
    of: (stream, seq) => between(stream, seq, seq).get(seq) ?? {},
    put({ stream, ...target }, seq, body) {
      put.run(stream, target.seq, target.aspect, seq, JSON.stringify(body) ?? "");
      mark.run(stream, target.seq);
    },
  };
}

function toState(stream: Stream, row: StateRow): StoredStates {
  const { seq, body } = row;
  switch (row.aspect) {
    case "text":
      return { text: toChangeEntry(stream, row) as EditEntry | DeletionEntry };
    case "reactions":
      return { reactions: { seq, reactions: JSON.parse(body) as Reaction[] } };
    case "thread":
      return { thread: { seq, thread: JSON.parse(body) as Thread } };
  }
}
