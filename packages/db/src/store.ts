import type { Entry } from "./entities.ts";
import type { ConversationStore } from "./ports/conversations.ts";
import type { LogStore } from "./ports/log.ts";
import type { Member, MemberStore, MembershipChange } from "./ports/members.ts";
import type { MessageStore } from "./ports/messages.ts";

/** What every store of chat does, whatever keeps the data. */
export interface ChatStore {
  readonly log: LogStore;
  readonly messages: MessageStore;
  readonly members: MemberStore;
  readonly conversations: ConversationStore;
  /**
   * Reads the name of the store's epoch: positions of another one mean nothing here. 1 to 32 of `a-z0-9`.
   * @throws StoreError `unavailable`, `closed`.
   */
  epoch(): Promise<string>;
  /**
   * Begins a new epoch after a backup was restored, so that no client waits for positions that are gone.
   * @throws StoreError `unavailable`, `closed`.
   */
  renewEpoch(): Promise<void>;
  /**
   * Calls a listener, which must not throw, with what is stored from now on: what this process stores at once and in the
   * order of each log, what others store as fast as the database reports it. Returns a function that stops it.
   */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Tells how this process hears of what other processes store. */
  watchState(): WatchState;
  /**
   * Resolves once the store can read and write.
   * @throws StoreError `unavailable`, `closed`.
   */
  ping(): Promise<void>;
  /**
   * Stores what was already sent, then lets go of everything, within 5 s: what has no answer by then is rejected. Later
   * calls throw `closed`. Closing twice is fine.
   */
  close(): Promise<void>;
}

/** A change to a membership, heard as it happens: `updated` keeps the member and changes what is kept of it. */
export interface MembershipEvent extends Member {
  kind: MembershipChange["kind"] | "updated";
}

/** Something that happened in a store. An event may come twice, and may come after a later one. */
export type StoreEvent =
  | { kind: "entry"; entry: Entry }
  | MembershipEvent
  /** Events may have been lost: whatever depends on them is to be read again. */
  | { kind: "missed" };

/**
 * - `live`: at once, or there are no other processes.
 * - `alone`: not at all, since the database has no change streams (a standalone MongoDB).
 * - `degraded`: not at the moment.
 */
export type WatchState = "live" | "alone" | "degraded";
