import type { Entry, UnreadTotals } from "../src/entities.ts";
import type { InboxItem, InboxRange } from "../src/ports/conversations.ts";
import type { MemberSettingsChange } from "../src/ports/members.ts";
import type { ReadMark } from "../src/ports/reads.ts";

/** A message, as far as it matters to those who read. */
interface Said {
  seq: number;
  user: string;
  at: number;
  mentioned: readonly string[] | "everyone";
  deletedAt?: number;
}

/** What is to be known of a member of a conversation, beside the log. Times in ms since 1970. */
interface Row {
  readSeq: number;
  /** Own messages up to here no longer move `readSeq`. */
  ownSeq: number;
  revision: number;
  archivedSeq: number | null;
  mutedUntil: number | null;
  isPinned: boolean;
}

/** What a user does to its membership of a conversation. */
export type Act =
  | { kind: "mark"; mark: ReadMark }
  | { kind: "set"; change: MemberSettingsChange }
  | { kind: "join" }
  | { kind: "leave" }
  /** Of a refused message: its author has joined if what it refers to was deleted only just before it was stored. */
  | { kind: "perhaps join" };

/** A conversation, folded from its log, and what its members may be by what they did. */
interface Room {
  createdAt: number;
  head: number;
  said: Said[];
  /** By user: all that the membership can be by now; `undefined` is none. One thing, unless much was done at the same time. */
  rows: Map<string, (Row | undefined)[]>;
}

/**
 * Knows what each user has to see, from the logs and from what was done. It shares nothing with the stores but the types. What
 * was done at the same time may have happened in any order, and between any two entries that were stored meanwhile: it keeps all
 * that can have come of it until it is told what is seen.
 */
export class InboxOracle {
  readonly #rooms = new Map<string, Room>();

  /** Notes that a conversation was created, without members. */
  create(id: string, createdAt: number): void {
    if (this.#rooms.has(id)) return;
    this.#rooms.set(id, { createdAt, head: 0, said: [], rows: new Map() });
  }

  has(id: string): boolean {
    return this.#rooms.has(id);
  }

  headOf(id: string): number {
    return this.#rooms.get(id)?.head ?? 0;
  }

  /** Lists the positions of the messages, oldest first. */
  messagesOf(id: string): number[] {
    return this.#rooms.get(id)?.said.map(({ seq }) => seq) ?? [];
  }

  isMember(id: string, user: string): boolean {
    return this.#rooms.get(id)?.rows.get(user)?.[0] !== undefined;
  }

  revisionOf(id: string, user: string): number {
    return this.#rooms.get(id)?.rows.get(user)?.[0]?.revision ?? 0;
  }

  /** Goes on in a log. Its first message creates the conversation. */
  fold(id: string, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const at = Date.parse(entry.timestamp);
      this.create(id, at);
      const room = this.#roomOf(id);
      if (entry.seq !== room.head + 1) throw new Error(`entry ${entry.seq} after ${room.head}`);
      room.head = entry.seq;
      if (entry.kind === "message") {
        const { seq, user_id: user, mentions: mentioned = [] } = entry;
        // The text of a deleted message is erased, and the mentions with it. Then nothing counts it any more.
        room.said.push({ seq, user, at, mentioned });
      } else if (entry.kind === "deletion") {
        const target = room.said.find(({ seq }) => seq === entry.target_seq);
        if (target) target.deletedAt = entry.seq;
      }
    }
  }

  /** Notes what a user did at the same time, after the log had reached `from`, and before it was where it is now. */
  act(id: string, user: string, { acts, from }: { acts: readonly Act[]; from: number }): void {
    const room = this.#roomOf(id);
    const rows = room.rows.get(user) ?? [undefined];
    const possible = rows.flatMap((row) => [...outcomesOf(room, { row, acts, from })]);
    const distinct = new Map(possible.map((row) => [JSON.stringify(row), row]));
    room.rows.set(user, [...distinct.values()]);
  }

  /** Lists all that the inbox of a user can say of a conversation; `undefined` where it says nothing. */
  itemsOf(id: string, user: string): (InboxItem | undefined)[] {
    const room = this.#rooms.get(id);
    if (!room) return [undefined];
    const rows = room.rows.get(user) ?? [undefined];
    return rows.map((row) => row && toItem(id, user, { room, row }));
  }

  /** Keeps of what is possible what was seen. */
  see(id: string, user: string, isSeen: (item: InboxItem | undefined) => boolean): void {
    const room = this.#rooms.get(id);
    if (!room) return;
    const items = this.itemsOf(id, user);
    const rows = room.rows.get(user) ?? [undefined];
    room.rows.set(
      user,
      rows.filter((_, index) => isSeen(items[index])),
    );
  }

  /** Returns a whole inbox, in order. */
  inbox(user: string, { archived, unread }: Pick<InboxRange, "archived" | "unread"> = {}) {
    return [...this.#rooms.keys()]
      .flatMap((id) => this.itemsOf(id, user)[0] ?? [])
      .filter((item) => archived === undefined || item.archived === archived)
      .filter((item) => !unread || item.unread_count > 0)
      .toSorted(inOrder);
  }

  totals(user: string, now: number): UnreadTotals {
    const counted = this.inbox(user, { archived: false, unread: true }).filter(
      ({ muted_until }) => muted_until === null || Date.parse(muted_until) <= now,
    );
    return {
      conversations: counted.length,
      messages: counted.reduce((sum, { unread_count }) => sum + unread_count, 0),
      mentions: counted.reduce((sum, { mention_count }) => sum + mention_count, 0),
    };
  }

  #roomOf(id: string): Room {
    const room = this.#rooms.get(id);
    if (!room) throw new Error(`there is no conversation ${id}`);
    return room;
  }
}

interface Doing {
  row: Row | undefined;
  acts: readonly Act[];
  from: number;
}

/** What can come of acts in any order, each at any position of the log from one on. */
function* outcomesOf(room: Room, { row, acts, from }: Doing): Generator<Row | undefined> {
  if (acts.length === 0) yield row;
  for (const [index, act] of acts.entries()) {
    const rest = acts.toSpliced(index, 1);
    for (let at = from; at <= room.head; at++) {
      const next = after(room, { row, act, at });
      yield* outcomesOf(room, { row: next, acts: rest, from: at });
      if (act.kind === "perhaps join") yield* outcomesOf(room, { row, acts: rest, from: at });
    }
  }
}

/** What an act makes of a membership when the log ends at a position. */
function after(
  room: Room,
  { row, act, at }: { row: Row | undefined; act: Act; at: number },
): Row | undefined {
  if (act.kind === "leave") return undefined;
  if (act.kind === "join" || act.kind === "perhaps join") {
    const nothing = { archivedSeq: null, mutedUntil: null, isPinned: false };
    return row ?? { readSeq: at, ownSeq: at, revision: 0, ...nothing };
  }
  if (!row) throw new Error("who is not a member neither marks nor sets");
  if (act.kind === "set") {
    const { archived = isArchived(room, row, at), muted_until, pinned = row.isPinned } = act.change;
    const until = muted_until === null ? null : Date.parse(muted_until ?? "");
    const mutedUntil = muted_until === undefined ? row.mutedUntil : until;
    return { ...row, isPinned: pinned, mutedUntil, archivedSeq: archived ? at : null };
  }
  const { mark } = act;
  if ("unread_from" in mark) {
    return { ...row, readSeq: mark.unread_from - 1, ownSeq: at, revision: row.revision + 1 };
  }
  if (mark.revision !== undefined && mark.revision < row.revision) return row;
  return { ...row, readSeq: Math.max(row.readSeq, mark.read_seq) };
}

/** How far a member has read: as it has marked, and by its own messages since it marked the conversation as unread. */
function readSeqOf({ said }: Room, user: string, { readSeq, ownSeq }: Row): number {
  const own = said.findLast((message) => message.user === user && message.seq > ownSeq);
  return Math.max(readSeq, own?.seq ?? 0);
}

/** Tells whether a conversation is archived when its log ends at a position: its newest message decides. */
function isArchived({ said }: Room, { archivedSeq, mutedUntil }: Row, at: number): boolean {
  if (archivedSeq === null) return false;
  const newest = said.findLast(({ seq }) => seq <= at);
  if (!newest || newest.seq <= archivedSeq) return true;
  return mutedUntil !== null && newest.at <= mutedUntil;
}

function toItem(id: string, user: string, { room, row }: { room: Room; row: Row }): InboxItem {
  const read_seq = readSeqOf(room, user, row);
  const unread = room.said.filter((message) => {
    return message.seq > read_seq && message.user !== user && message.deletedAt === undefined;
  });
  const isMentioned = ({ mentioned }: Said) => mentioned === "everyone" || mentioned.includes(user);
  return {
    id,
    pinned: row.isPinned,
    last_activity_at: new Date(room.said.at(-1)?.at ?? room.createdAt).toISOString(),
    muted_until: row.mutedUntil === null ? null : new Date(row.mutedUntil).toISOString(),
    archived: isArchived(room, row, room.head),
    read_seq,
    revision: row.revision,
    unread_count: unread.length,
    mention_count: unread.filter(isMentioned).length,
  };
}

/** Pinned first, then the most recently active, ties by code points. */
function inOrder(a: InboxItem, b: InboxItem): number {
  if (a.pinned !== b.pinned) return Number(b.pinned) - Number(a.pinned);
  const activity = Date.parse(b.last_activity_at) - Date.parse(a.last_activity_at);
  if (activity !== 0) return activity;
  const [one, other] = [[...a.id], [...b.id]].map((chars) =>
    chars.map((c) => c.codePointAt(0) ?? 0),
  );
  const index = one?.findIndex((point, at) => point !== other?.[at]) ?? -1;
  return index === -1 ? a.id.length - b.id.length : (one?.[index] ?? 0) - (other?.[index] ?? -1);
}
