import { compareInInbox } from "../src/inbox.ts";
import type {
  InboxItem,
  MemberSettings,
  Mentions,
  ReadMark,
  ReadState,
  UnreadTotals,
} from "../src/index.ts";

/** An entry of a log, as far as inboxes depend on it. */
interface ModelEntry {
  isMessage: boolean;
  user: string;
  at: number;
  mentions?: Mentions | undefined;
  isDeleted?: boolean;
}

interface ModelMember extends Omit<MemberSettings, "archived"> {
  readSeq: number;
  revision: number;
  archivedSeq: number | null;
}

/** What must be read of a conversation, worked out anew from all that happened in it. */
export class RoomModel {
  readonly id: string;
  readonly #entries: ModelEntry[] = [];
  readonly #members = new Map<string, ModelMember>();
  readonly #createdAt: number;
  isCreated = false;

  constructor(id: string, createdAt: number) {
    this.id = id;
    this.#createdAt = createdAt;
  }

  get head(): number {
    return this.#entries.length;
  }

  has(user: string): boolean {
    return this.#members.has(user);
  }

  /** Returns the positions of messages that are not deleted. */
  get messages(): number[] {
    return this.#entries.flatMap(({ isMessage, isDeleted }, index) => {
      return isMessage && !isDeleted ? [index + 1] : [];
    });
  }

  join(user: string): void {
    if (this.has(user)) return;
    const settings = { muted_until: null, pinned: false, archivedSeq: null };
    this.#members.set(user, { readSeq: this.head, revision: 0, ...settings });
  }

  leave(user: string): void {
    this.#members.delete(user);
  }

  say(message: Omit<ModelEntry, "isMessage">): void {
    this.#entries.push({ ...message, isMessage: true });
    this.join(message.user);
    this.#member(message.user).readSeq = this.head;
  }

  /** Adds an entry that is no message; with a position, the message there is deleted by it. */
  change(user: string, deleted?: number): void {
    const target = deleted === undefined ? undefined : this.#entries[deleted - 1];
    if (target) target.isDeleted = true;
    this.#entries.push({ isMessage: false, user, at: 0 });
  }

  mark(user: string, mark: ReadMark): void {
    const member = this.#member(user);
    if ("unread_from" in mark) {
      member.readSeq = mark.unread_from - 1;
      member.revision++;
    } else if ((mark.revision ?? member.revision) >= member.revision) {
      member.readSeq = Math.max(member.readSeq, mark.read_seq);
    }
  }

  set(
    user: string,
    { archived = this.item(user).archived, ...rest }: Partial<MemberSettings>,
  ): void {
    Object.assign(this.#member(user), rest, { archivedSeq: archived ? this.head : null });
  }

  state(user: string): ReadState {
    const { readSeq, revision } = this.#member(user);
    const unread = this.#entries.slice(readSeq).filter((entry) => {
      return entry.isMessage && !entry.isDeleted && entry.user !== user;
    });
    const isMentioned = ({ mentions = [] }: ModelEntry) =>
      mentions === "everyone" || mentions.includes(user);
    return {
      ...{ conversation_id: this.id, user_id: user, read_seq: readSeq, revision },
      unread_count: unread.length,
      mention_count: unread.filter(isMentioned).length,
    };
  }

  item(user: string): InboxItem {
    const { archivedSeq, muted_until, pinned } = this.#member(user);
    const { conversation_id: id, user_id: _, ...state } = this.state(user);
    const newest = this.#entries.findLast(({ isMessage }) => isMessage);
    const isBack =
      newest !== undefined &&
      this.#entries.lastIndexOf(newest) + 1 > (archivedSeq ?? 0) &&
      newest.at > Date.parse(muted_until ?? "0000-01-01T00:00:00Z");
    const archived = archivedSeq !== null && !isBack;
    const last_activity_at = new Date(newest?.at ?? this.#createdAt).toISOString();
    return { id, last_activity_at, ...state, muted_until, pinned, archived };
  }

  #member(user: string): ModelMember {
    const member = this.#members.get(user);
    if (!member) throw new Error(`${user} is no member`);
    return member;
  }
}

/** Returns the inbox of a user, from rooms alone. */
export function inboxOf(rooms: Iterable<RoomModel>, user: string): InboxItem[] {
  return [...rooms]
    .filter((room) => room.has(user))
    .map((room) => room.item(user))
    .sort(compareInInbox);
}

/** Adds up an inbox. */
export function totalsOf(inbox: readonly InboxItem[], now: number): UnreadTotals {
  const counted = inbox.filter(({ archived, muted_until, unread_count }) => {
    const isMuted = muted_until !== null && Date.parse(muted_until) > now;
    return !archived && !isMuted && unread_count > 0;
  });
  return {
    conversations: counted.length,
    messages: counted.reduce((sum, { unread_count }) => sum + unread_count, 0),
    mentions: counted.reduce((sum, { mention_count }) => sum + mention_count, 0),
  };
}
