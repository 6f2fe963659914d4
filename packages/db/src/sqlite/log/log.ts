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
import type { Waking } from "../inbox/waking.ts";
import type { Members } from "../members/members.ts";
import type { DeletionCounts } from "../reads/deletions.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { toTimestamp } from "../timestamp.ts";
import { type Author, Authors, openAuthors } from "./authors.ts";
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

/** What became of an entry, and who said something with it, if anybody did. */
interface Written {
  appended: Appended;
  author?: Author;
}

/** What a group does beside its entries. */
interface Effects {
  touches: Touches;
  authors: Authors;
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
  mentions: MentionCounts;
  deletions: Pick<DeletionCounts, "add">;
}

/** Opens the logs. */
export function openLog(
  db: DatabaseSync,
  { heads, pages, members, events, durably, waking, ...counts }: LogParts,
): SqliteLog {
  const targets = openTargets(db, pages);
  const writeMessage = openMessageWriter(db, { targets, ...counts });
  const changes = openChanges(db, { targets, ...counts });
  const writeTouches = openTouching(db);
  const writeAuthors = openAuthors(db, members);
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
    const effects: Effects = { touches: new Map(), authors: new Authors() };
    const answers = jobs.map((job) => tryWrite(job, effects));
    writeTouches(effects.touches);
    writeAuthors(effects.authors);
    return answers;
  }

  /** Writes an entry, and returns what answers its job once the group is durable. */
  function tryWrite({ item, resolve, reject }: Job<Append, Appended>, effects: Effects) {
    try {
      const { appended, author } = write(item, effects);
      return () => {
        const { entry, created } = appended;
        if (author?.joined) tellJoined(author);
        if (created && entry) events.emit({ kind: "entry", entry });
        resolve(appended);
      };
    } catch (error) {
      if (!isStoreError(error) || !refusals.includes(error.code)) throw error;
      return () => reject(error);
    }
  }

  function tellJoined(author: Author): void {
    const { conversation_id, user_id } = author;
    author.joined = false;
    events.emit({ kind: "joined", conversation_id, user_id });
  }

  function write({ entry, admission }: Append, { touches, authors }: Effects): Written {
    const { conversation_id, user_id } = entry;
    if (conversation_id !== null && admission === "members_only") {
      const member = { conversation_id, user_id };
      if (!authors.has(member) && !members.has(user_id, conversation_id)) throw notMember(member);
    }
    const stream = streamOf(entry);
    // Before the time of the entry: its author joins with it, not after it.
    const at = Date.now();
    const head = heads.get(stream);
    const place = placeAfter(head, entry);
    const appended = append(entry, place);
    if (!appended.created) return { appended };
    const isMessage = entry.kind === "message";
    const { seq, time: timestamp } = place;
    const count = head.count + (isMessage ? 1 : 0);
    const said = isMessage ? { said_seq: seq, said_at: timestamp } : undefined;
    heads.set(stream, { ...head, seq, timestamp, count, ...said });
    if (conversation_id === null) return { appended };
    const saidAt = isMessage ? timestamp : undefined;
    addTouch(touches, conversation_id, { seq, writtenAt: at, saidAt });
    // Others change nothing of what memberships have.
    if (isMessage || entry.kind === "deletion") waking.wake(conversation_id);
    if (!isMessage) return { appended };
    return { appended, author: authors.add({ conversation_id, user_id }, { seq, count, at }) };
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
    checkSameEntry({ entry: stored, sentHash: pages.sentHashOf(stream, entry.id) }, entry);
    return { entry: stored, created: false };
  }

  return {
    append: (entry, { admission = "join" } = {}) => group.add({ entry, admission }),
    async find(stream, id) {
      return pages.byId(stream, id) ?? null;
    },
    async findSame(entry) {
      return findSame(streamOf(entry), entry)?.entry ?? null;
    },
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
