import type { InboxConversation } from "../entities.ts";
import { ChatError, isChatError } from "../errors.ts";
import { type Ending, endWith, orAborted, pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import type { CallOptions } from "../http/transport.ts";
import { isFinal } from "../live/connection.ts";
import type { LiveState } from "../live/state.ts";
import { type Subscription, subscribe } from "../live/subscription.ts";
import { type FollowInboxInput, followInbox } from "./follow-inbox.ts";
import type { HeldInbox } from "./held-inbox.ts";
import type { ConversationChange, InboxEvent } from "./inbox-events.ts";
import type { InboxOptions } from "./inbox-list.ts";
import { Misses } from "./misses.ts";
import { type ReadInboxOptions, readInbox, readPage } from "./read-inbox.ts";
import type { Rest } from "./totals.ts";
import { Waiting } from "./waiting.ts";

/** How an inbox is fed. */
export interface InboxFeedOptions extends ReadInboxOptions {
  follow: FollowInboxInput;
  /** The conversations that it feeds. */
  held: HeldInbox;
  /** What is unread beside them. */
  rest: Rest;
  /** Called when its state or the totals have changed. */
  onChange(): void;
  /** Called when another member has read. */
  onRead: InboxOptions["onRead"];
}

interface Reading {
  ending: Ending;
  done: Promise<void>;
}

const backoff = { baseMs: 250, maxMs: 30_000 };
const over = new ChatError("aborted", "the inbox needs this page no longer");
/** When to read again, in ms: to find a conversation, and to make sure of numbers, unless the next totals make sure first. */
const [findMs, makeSureMs] = [50, 1_500];
/** The pause after a reading, in ms, and for each conversation: many loaded pages are read less often. */
const [restMs, restMsEach] = [1_000, 2];

/**
 * Keeps an inbox in step with the server: reads pages, and follows what happens. The loaded pages are read again after
 * each connecting, and within a second or two after what leaves a number open. What comes while a page is read is kept
 * and applied to its conversations, too: the page may be older than it.
 */
export class InboxFeed {
  readonly #options: InboxFeedOptions;
  readonly #misses: Misses;
  readonly #again = new Waiting(() => this.#readAgain());
  #subscription: Subscription | undefined;
  #following: LiveState = { status: "connecting" };
  #reading: Reading | undefined;
  /** How many readings have begun. */
  #readings = 0;
  #more: Promise<void> | undefined;
  #kept: ConversationChange[] = [];
  /** Where the next page begins; `undefined` while none is read. */
  #cursor: string | null | undefined;
  #isRead = false;

  constructor(options: InboxFeedOptions) {
    this.#options = options;
    this.#misses = new Misses(options.archived);
  }

  /** `live` when the inbox is complete and current. */
  get state(): LiveState {
    const isLoading = this.#following.status === "live" && !this.#isRead;
    return isLoading ? { status: "catching_up" } : this.#following;
  }

  get hasMore(): boolean {
    return typeof this.#cursor === "string";
  }

  /** Starts, or continues after a pause. */
  start(): void {
    const isCurrent = () => subscription === this.#subscription;
    const subscription = subscribe<InboxEvent>(
      (sink) => followInbox(this.#options.follow, sink),
      {
        put: (event) => isCurrent() && this.#take(event),
        room: () => undefined,
        end: () => undefined,
      },
      {
        onState: (state) => {
          if (isCurrent()) state.status === "closed" ? this.#stop(state) : this.#become(state);
        },
      },
    );
    this.#subscription = subscription;
    // The ends of many conversations may take a while; the first page is shown before them.
    this.#read();
  }

  /** Closes the connection. */
  pause(): void {
    this.#stop({ status: "connecting" });
  }

  /** Applies a change, from the connection or from the answer to an own call. */
  apply(change: ConversationChange): void {
    if (this.#reading ?? this.#more) this.#kept.push(change);
    if (!this.#options.held.apply(change)) this.#misses.note(change);
    this.#plan();
  }

  /**
   * Reads the next page.
   * @throws ChatError
   */
  loadMore(options: CallOptions): Promise<void> {
    this.#more ??= this.#readMore(options).finally(() => {
      this.#more = undefined;
      this.#options.onChange();
    });
    return this.#more;
  }

  #become(state: LiveState): void {
    this.#following = state;
    if (state.status !== "live") this.#isRead = false;
    this.#options.onChange();
  }

  #stop(state: LiveState): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.close();
    this.#again.stop();
    this.#reading?.ending.abort(over);
    this.#reading = undefined;
    this.#become(state);
  }

  #take(event: InboxEvent): void {
    if (event.type === "connected") {
      this.#options.held.user_id = event.user_id;
      this.#misses.clear();
      this.#isRead = false;
      this.#read();
    } else if (event.type === "unread") {
      this.#options.rest.tell(event.totals, this.#options.held.totals);
      this.#options.onChange();
      this.#plan();
    } else if (event.type === "memberRead") this.#options.onRead?.(event.read);
    else if (event.type !== "reset") this.apply(event);
    // What follows a reset is a `connected`, after which everything is read again.
  }

  #isOpen(): boolean {
    const { held, rest, archived } = this.#options;
    // What is archived does not count, so the totals say nothing of it.
    return held.isUnsure || (archived !== true && rest.isOff);
  }

  #plan(): void {
    if (this.#reading || !this.#isRead) return;
    if (this.#misses.areSome) this.#again.within(findMs);
    else if (this.#isOpen()) this.#again.within(makeSureMs);
  }

  #readAgain(): void {
    const isNeeded = this.#misses.areSome || this.#isOpen();
    if (isNeeded && this.#isRead && !this.#reading) this.#read();
  }

  /** Reads all loaded pages again. */
  #read(): void {
    this.#reading?.ending.abort(over);
    this.#again.stop();
    this.#readings++;
    const reading = { ending: endWith(undefined), done: Promise.resolve() };
    this.#reading = reading;
    reading.done = this.#readOn(reading);
    this.#options.onChange();
  }

  async #readOn(reading: Reading): Promise<void> {
    const { held, rest } = this.#options;
    const { signal } = reading.ending;
    for (let tries = 1; this.#reading === reading; tries++) {
      // The pages have all that came before they are asked for.
      this.#kept = [];
      const wanted = this.#misses.all;
      try {
        const count = this.#cursor === null ? Number.POSITIVE_INFINITY : held.size;
        const { rows, cursor, totals } = await readInbox(this.#options, count, signal);
        if (this.#reading !== reading) return;
        held.replace(rows);
        this.#applyKept(rows);
        rest.read(totals, held.totals);
        this.#cursor = cursor;
        this.#misses.end(wanted, held);
        this.#reading = undefined;
        this.#isRead = this.#following.status === "live";
        this.#again.rest(restMs + restMsEach * rows.length);
        this.#plan();
        this.#options.onChange();
      } catch (error) {
        if (this.#reading !== reading) return;
        if (isChatError(error) && isFinal(error)) return this.#refuse(error);
        await pause(backoffMs(tries, backoff), signal).catch(() => undefined);
      }
    }
  }

  // Before there is a connection, it is up to that to tell why.
  #refuse(error: ChatError): void {
    if (this.#following.status === "live") this.#stop({ status: "closed", error });
    else this.#reading = undefined;
  }

  // To conversations that are not of these pages, it was applied when it came.
  #applyKept(rows: readonly InboxConversation[]): void {
    const { held } = this.#options;
    const ids = new Set(rows.map(({ id }) => id));
    const kept = this.#kept.filter(({ conversation_id: id }) => ids.has(id) || !held.get(id));
    this.#kept = [];
    for (const change of kept) held.apply(change) || this.#misses.note(change);
  }

  async #readMore({ signal, ...options }: CallOptions): Promise<void> {
    for (;;) {
      await orAborted(this.#reading?.done ?? Promise.resolve(), signal);
      if (typeof this.#cursor !== "string") return;
      const readings = this.#readings;
      this.#kept = [];
      const range = { limit: this.#options.limit, cursor: this.#cursor };
      const { rows, cursor } = await readPage(this.#options, range, { ...options, signal });
      // Everything was read again meanwhile, and this page may be older than what was missed.
      if (readings !== this.#readings) continue;
      const { held, rest } = this.#options;
      const before = held.totals;
      for (const row of rows) held.put(row);
      this.#applyKept(rows);
      rest.move(before, held.totals);
      this.#cursor = cursor;
      this.#plan();
      return;
    }
  }
}
