import type { DatabaseSync } from "node:sqlite";
import { notMember, timeOf } from "../../changes/new-entry.ts";
import { checkSameEntry } from "../../changes/repeats.ts";
import { callInSlices } from "../../commit/call-in-slices.ts";
import type { Events } from "../../commit/events.ts";
import { GroupCommit } from "../../commit/group-commit.ts";
import type { Job } from "../../commit/job.ts";
import { isStoreError, type StoreErrorCode } from "../../errors.ts";
import type { Admission, Appended, LogStore, NewEntry } from "../../ports/log.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Durably } from "../commits/commits.ts";
import type { Members } from "../members.ts";
import { toTimestamp } from "../timestamp.ts";
import type { Waking } from "../waking.ts";
import { type EntryPlace, openChanges } from "./changes.ts";
import type { LogHeadRow, LogHeads } from "./heads.ts";
import { openMessageWriter } from "./message-writer.ts";
import type { LogPages } from "./pages.ts";
import { openTargets } from "./targets.ts";
import { addTouch, openTouching, type Touches } from "./touches.ts";

/** How many entries of a group are answered in one turn of the event loop. */
const answeredAtOnce = 32;

/** An entry to append. */
interface Append {
  entry: NewEntry;
  admission: Admission;
}

/** What became of an entry, and the conversation that its author joined with it, if any. */
interface Written {
  appended: Appended;
  joined: string | null;
}

/** The logs, which stay open until `close`. */
export interface SqliteLog extends LogStore {
  close(): Promise<void>;
}

const refusals: readonly StoreErrorCode[] = [
  "conflict",
  "changed",
  "not_found",
  "not_member",
  "invalid",
];

/** What the logs need. */
export interface LogParts {
  heads: LogHeads;
  pages: LogPages;
  members: Members;
  events: Pick<Events, "emit">;
  durably: Durably;
  waking: Pick<Waking, "wake">;
}

/** Opens the logs. */
export function openLog(
  db: DatabaseSync,
  { heads, pages, members, events, durably, waking }: LogParts,
): SqliteLog {
  const targets = openTargets(db, pages);
  const writeMessage = openMessageWriter(db, targets);
  const changes = openChanges(db, targets);
  const writeTouches = openTouching(db);
  const group = new GroupCommit<Append, Appended>({
    store: "sqlite",
    laneOf: ({ entry }) => streamOf(entry),
    write: writeGroup,
    groupSizeMax: 512,
    groupsInFlightMax: 1,
  });

  /** Commits a group. */
  async function writeGroup(jobs: readonly Job<Append, Appended>[]): Promise<void> {
    await callInSlices(await durably(() => tryWriteAll(jobs)), answeredAtOnce);
  }

  /** Writes a group. An entry that is refused has written nothing, and the others are stored. */
  function tryWriteAll(jobs: readonly Job<Append, Appended>[]): (() => void)[] {
    const touches: Touches = new Map();
    const answers = jobs.map((job) => tryWrite(job, touches));
    writeTouches(touches);
    return answers;
  }

  /** Writes an entry, and returns what answers its job once the group is durable. */
  function tryWrite(
    { item, resolve, reject }: Job<Append, Appended>,
    touches: Touches,
  ): () => void {
    try {
      const { appended, joined } = write(item, touches);
      return () => {
        const { entry, created } = appended;
        const { user_id } = item.entry;
        if (joined !== null) events.emit({ kind: "joined", conversation_id: joined, user_id });
        if (created && entry) events.emit({ kind: "entry", entry });
        resolve(appended);
      };
    } catch (error) {
      if (!isStoreError(error) || !refusals.includes(error.code)) throw error;
      return () => reject(error);
    }
  }

  function write({ entry, admission }: Append, touches: Touches): Written {
    const { conversation_id, user_id } = entry;
    const isRestricted = conversation_id !== null && admission === "members_only";
    if (isRestricted && !members.has(user_id, conversation_id)) {
      throw notMember({ conversation_id, user_id });
    }
    const stream = streamOf(entry);
    // Before the time of the entry: its author joins with it, not after it.
    const now = Date.now();
    const head = heads.get(stream);
    const place = placeAfter(head, entry);
    const appended = append(entry, place);
    if (!appended.created) return { appended, joined: null };
    const isMessage = entry.kind === "message";
    const { seq, time: timestamp } = place;
    const said = isMessage
      ? { count: head.count + 1, said_seq: seq, said_at: timestamp }
      : undefined;
    heads.set(stream, { ...head, seq, timestamp, ...said });
    if (conversation_id === null) return { appended, joined: null };
    const saidAt = isMessage ? timestamp : undefined;
    addTouch(touches, conversation_id, { seq, writtenAt: now, saidAt });
    if (!isMessage) return { appended, joined: null };
    waking.wake(conversation_id);
    const isNew = members.join(user_id, conversation_id, now);
    return { appended, joined: isNew ? conversation_id : null };
  }

  function append(entry: NewEntry, place: EntryPlace): Appended {
    const { stream, head } = place;
    // In a log that holds nothing but messages, their table refuses an id that is taken: before that, only references are checked.
    const isPlain = isPlainMessage(entry) && head.seq === head.count;
    const stored = isPlain ? undefined : findSame(stream, entry);
    if (stored) return stored;
    if (entry.kind !== "message") return changes.write(entry, place);
    const written = writeMessage(entry, place);
    if (written) return { entry: written, created: true };
    const repeated = findSame(stream, entry);
    if (!repeated) throw new Error(`the id ${entry.id} is taken, but no entry has it`);
    return repeated;
  }

  function findSame(stream: Stream, entry: NewEntry): Appended | undefined {
    const stored = pages.byId(stream, entry.id);
    if (!stored) return undefined;
    checkSameEntry(stored, entry);
    return { entry: stored, created: false };
  }

  return {
    append: (entry, { admission = "join" } = {}) => group.add({ entry, admission }),
    async page(stream, range) {
      return pages.page(stream, range);
    },
    async heads(streams) {
      return new Map(
        streams.flatMap((stream) => {
          const { seq, count, said_seq } = heads.get(stream);
          return seq === 0 ? [] : [[stream, { seq, count, said_seq }] as const];
        }),
      );
    },
    close: () => group.close(),
  };
}

function isPlainMessage(entry: NewEntry): boolean {
  if (entry.kind !== "message") return false;
  return entry.reply_to === undefined && entry.thread_seq === undefined;
}

function placeAfter(head: LogHeadRow, entry: NewEntry): EntryPlace {
  const time = timeOf(entry, head.timestamp);
  return { stream: streamOf(entry), head, seq: head.seq + 1, time, timestamp: toTimestamp(time) };
}
