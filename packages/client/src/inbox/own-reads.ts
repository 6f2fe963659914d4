import { type ChatError, isChatError } from "../errors.ts";
import { pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import type { KnownUser } from "../http/identity.ts";
import { isFinal } from "../live/connection.ts";
import { platform } from "../platform.ts";
import type { Reads } from "../reads.ts";
import type { ConversationChange } from "./inbox-events.ts";
import { type InboxItem, readUpTo } from "./inbox-item.ts";

/** What own marks need. */
export interface OwnReadsOptions {
  reads: Reads<KnownUser>;
  user_id: string | undefined;
  /** Takes the answer to a mark. */
  apply(change: ConversationChange): void;
  /** Called when other marks are shown. */
  onChange(): void;
}

interface Mark {
  read_seq: number;
  /** The revision that the user has seen; `undefined` where it is still to be learned. */
  revision: number | undefined;
}

/** The marks of one conversation. */
interface Lane {
  wanted: Mark | undefined;
  sending: Mark | undefined;
  /** How many marks as unread are under way, and what the last of them is to show. */
  unreads: number;
  unreadFrom: number | undefined;
  isRunning: boolean;
}

/** A conversation is marked as read at most once in this time, in ms. */
const markEveryMs = 1_000;
const backoff = { baseMs: 250, maxMs: 30_000 };
// Never aborted: marks are also made when the list is closed.
const { signal: always } = new platform.AbortController();

/** Own marks: they are shown until the server has confirmed or refused them. */
export class OwnReads {
  readonly #options: OwnReadsOptions;
  readonly #lanes = new Map<string, Lane>();
  #isClosed = false;

  constructor(options: OwnReadsOptions) {
    this.#options = options;
  }

  /** Marks a conversation as read; `item` is what is held of it. */
  mark(conversation_id: string, read_seq: number, item: InboxItem | undefined): void {
    const lane = this.#laneOf(conversation_id);
    const isLearning = lane.unreads > 0;
    const revision = isLearning ? undefined : item?.row.revision;
    const known = lane.wanted ?? lane.sending ?? item?.row;
    const isKnown = known && known.revision === revision && read_seq <= known.read_seq;
    if (isKnown && !isLearning) return;
    const before = lane.wanted?.revision === revision ? lane.wanted?.read_seq : undefined;
    lane.wanted = { read_seq: Math.max(read_seq, before ?? 0), revision };
    lane.unreadFrom = undefined;
    this.#options.onChange();
    void this.#run(conversation_id, lane);
  }

  /**
   * Marks a conversation as unread.
   * @throws ChatError
   */
  async markUnread(conversation_id: string, unread_from: number): Promise<void> {
    const { reads, user_id, apply, onChange } = this.#options;
    const lane = this.#laneOf(conversation_id);
    lane.wanted = undefined;
    lane.unreadFrom = unread_from;
    lane.unreads++;
    onChange();
    try {
      const state = await reads.markUnread({ conversation_id, user_id, unread_from });
      apply({ type: "read", conversation_id, state });
    } finally {
      lane.unreads--;
      if (lane.unreads === 0) lane.unreadFrom = undefined;
      onChange();
      this.#drop(conversation_id, lane);
    }
  }

  /** Returns a conversation with its own marks. */
  show(item: InboxItem): InboxItem {
    const lane = this.#lanes.get(item.row.id);
    if (!lane) return item;
    const { sending, wanted, unreadFrom } = lane;
    const read = [sending, wanted].reduce((shown, mark) => {
      const { revision } = item.row;
      return mark ? readUpTo(shown, { ...mark, revision: mark.revision ?? revision }) : shown;
    }, item);
    if (unreadFrom === undefined) return read;
    const { row } = read;
    const unread_count = Math.max(1, row.unread_count);
    return { ...read, row: { ...row, read_seq: unreadFrom - 1, unread_count } };
  }

  /** Makes what is under way, and tries nothing again. */
  close(): void {
    this.#isClosed = true;
  }

  #laneOf(conversationId: string): Lane {
    const lane = this.#lanes.get(conversationId) ?? {
      wanted: undefined,
      sending: undefined,
      unreads: 0,
      unreadFrom: undefined,
      isRunning: false,
    };
    this.#lanes.set(conversationId, lane);
    return lane;
  }

  #drop(conversationId: string, lane: Lane): void {
    if (!lane.isRunning && lane.unreads === 0) this.#lanes.delete(conversationId);
  }

  async #run(conversation_id: string, lane: Lane): Promise<void> {
    if (lane.isRunning) return;
    lane.isRunning = true;
    let tries = 0;
    while (lane.wanted) {
      const startedAt = platform.performance.now();
      const mark = lane.wanted;
      lane.sending = mark;
      lane.wanted = undefined;
      const error = await this.#send(conversation_id, mark);
      const isToRepeat = error !== undefined && !isFinal(error) && !this.#isClosed;
      tries = isToRepeat ? tries + 1 : 0;
      if (isToRepeat) lane.wanted ??= mark;
      lane.sending = undefined;
      this.#options.onChange();
      const restMs = startedAt + markEveryMs - platform.performance.now();
      const waitMs = isToRepeat ? backoffMs(tries, backoff) : 0;
      await pause(Math.max(restMs, waitMs), always);
    }
    lane.isRunning = false;
    this.#drop(conversation_id, lane);
  }

  async #send(conversation_id: string, mark: Mark): Promise<ChatError | undefined> {
    const { reads, user_id, apply } = this.#options;
    try {
      const state = await reads.mark({ conversation_id, user_id, ...mark });
      apply({ type: "read", conversation_id, state });
      return undefined;
    } catch (error) {
      if (isChatError(error)) return error;
      throw error;
    }
  }
}
