import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import { ChatError, isChatError } from "../errors.ts";
import { type Ending, endWith, pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import type { Requests } from "../http/request.ts";
import { isFinal } from "../live/connection.ts";
import type { ConversationEntryEvent } from "../live/events.ts";
import { followConversation } from "../live/follow-conversation.ts";
import type { LiveState } from "../live/state.ts";
import { type Subscription, subscribe } from "../live/subscription.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { LoadOlderOptions } from "./message-list.ts";
import type { MessagePage } from "./pages.ts";

/** How a list is fed. */
export interface ListFeedOptions {
  requests: Requests;
  conversation_id: string;
  /** The messages that it feeds. */
  held: HeldMessages;
  /** Reads the newest page, or the one before a position. */
  readPage(before: number | undefined, options: LoadOlderOptions): Promise<MessagePage>;
  /** Called for each entry of the log once it is held. */
  onEntry(entry: AnyEntry): void;
  /** Called for each message of a page once it is held. */
  onMessage(message: Message): void;
  /** Called when its state has changed. */
  onChange(): void;
}

/** Something to be done to the held messages, and whether it is about an own change. */
interface Step {
  run(): void;
  isOwn: boolean;
}

/** Behind by more entries, the newest page is sooner read than they are. */
const behindMax = 1_000;
const backoff = { baseMs: 250, maxMs: 30_000 };
const connecting: LiveState = { status: "connecting" };
const over = new ChatError("aborted", "the list needs this page no longer");

/**
 * Keeps the messages of a list in step with the log: reads pages, and follows the entries. What comes while a page is
 * read is kept and done to its messages, too: the page may be older than it.
 */
export class ListFeed {
  readonly #options: ListFeedOptions;
  #subscription: Subscription | undefined;
  #following = connecting;
  /** Where the following continues; `undefined` when the newest page is to be read first. */
  #position: string | undefined;
  #newest: Ending | undefined;
  #older: { done: Promise<void> } | undefined;
  #kept: Step[] = [];

  constructor(options: ListFeedOptions) {
    this.#options = options;
  }

  /** `live` when the list is complete and current. */
  get state(): LiveState {
    const isLoading = this.#newest !== undefined && this.#following.status === "live";
    return isLoading ? { status: "catching_up" } : this.#following;
  }

  get isLoadingOlder(): boolean {
    return this.#older !== undefined;
  }

  /** Starts, or continues where it was paused. */
  start(): void {
    const { requests, conversation_id } = this.#options;
    const isCurrent = () => subscription === this.#subscription;
    const onBehind = (count: number) => {
      if (count > behindMax && isCurrent()) this.#startOver();
    };
    const place = { conversation_id, after: this.#position, entries: "all", onBehind } as const;
    const subscription = subscribe<ConversationEntryEvent>(
      (sink) => followConversation(requests, place, sink),
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
  }

  /** Closes the connection. Own changes can still be done. */
  pause(): void {
    if (this.#newest) this.#position = undefined;
    this.#end();
    this.#become(connecting);
  }

  /** Does something to the held messages. */
  do(step: Step): void {
    if (this.#newest ?? this.#older) this.#kept.push(step);
    if (!this.#newest) step.run();
  }

  /**
   * Reads the page before the floor.
   * @throws ChatError
   */
  loadOlder(options: LoadOlderOptions): Promise<void> {
    const { floor } = this.#options.held;
    if (this.#older) return this.#older.done;
    if (this.#newest || floor === 0 || floor === Number.POSITIVE_INFINITY) return Promise.resolve();
    const older = { done: Promise.resolve() };
    this.#older = older;
    older.done = this.#readOlder(older, floor + 1, options);
    this.#options.onChange();
    return older.done;
  }

  async #readOlder(older: object, before: number, options: LoadOlderOptions): Promise<void> {
    try {
      const page = await this.#options.readPage(before, options);
      // The newest page was read meanwhile, and this one may not be next to it.
      if (this.#older !== older) return;
      this.#options.held.extend(floorOf(page));
      this.#hold(page);
    } finally {
      if (this.#older === older) {
        this.#older = undefined;
        this.#kept = [];
        this.#options.onChange();
      }
    }
  }

  #become(state: LiveState): void {
    this.#following = state;
    this.#options.onChange();
  }

  #end(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.close();
    this.#newest?.abort(over);
    this.#newest = undefined;
  }

  #startOver(): void {
    this.#end();
    this.#position = undefined;
    this.start();
  }

  #take(event: ConversationEntryEvent): void {
    if (event.type === "ready" || event.type === "reset") {
      const isNew = event.type === "reset" || this.#position === undefined;
      this.#position = event.position;
      if (!isNew) return;
      void this.#readNewest();
    } else if (event.type === "entry") {
      const { entry, position } = event;
      this.do({ run: () => this.#fold(entry), isOwn: false });
      this.#position = position;
    }
  }

  #fold(entry: AnyEntry): void {
    this.#options.held.fold(entry);
    this.#options.onEntry(entry);
  }

  async #readNewest(): Promise<void> {
    this.#newest?.abort(over);
    const reading = endWith(undefined);
    this.#newest = reading;
    this.#older = undefined;
    this.#options.onChange();
    const { signal } = reading;
    for (let tries = 1; this.#newest === reading; tries++) {
      // The page has all that came before it is asked for, but the answers to own changes say what is confirmed.
      this.#kept = this.#kept.filter(({ isOwn }) => isOwn);
      try {
        const page = await this.#options.readPage(undefined, { signal });
        if (this.#newest !== reading) return;
        this.#options.held.reset(floorOf(page));
        this.#hold(page);
        this.#newest = undefined;
        this.#options.onChange();
      } catch (error) {
        if (this.#newest !== reading) return;
        if (isChatError(error) && isFinal(error)) return this.#stop({ status: "closed", error });
        await pause(backoffMs(tries, backoff), signal).catch(() => undefined);
      }
    }
  }

  #hold({ messages }: MessagePage): void {
    this.#options.held.absorbAll(messages);
    for (const message of messages) this.#options.onMessage(message);
    const kept = this.#kept;
    this.#kept = [];
    for (const { run } of kept) run();
  }

  #stop(state: LiveState): void {
    this.#end();
    this.#position = undefined;
    this.#become(state);
  }
}

/** Returns the position after which a page, and what follows it, has all messages. */
function floorOf({ messages, prev }: MessagePage): number {
  return prev && messages[0] ? messages[0].seq - 1 : 0;
}
