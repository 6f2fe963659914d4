import type { Entry } from "./entities.ts";
import type { CheckStore } from "./ports/checks.ts";
import type { ConversationStore } from "./ports/conversations.ts";
import type { ErasureStore } from "./ports/erasures.ts";
import type { LogStore } from "./ports/log.ts";
import type { Member, MemberStore, MembershipChange } from "./ports/members.ts";
import type { MessageStore } from "./ports/messages.ts";
import type { ReadStore } from "./ports/reads.ts";
import type { TransferStore } from "./ports/transfer.ts";

/** A store of chat data. All stores pass the same contract tests. */
export interface ChatStore {
  readonly log: LogStore;
  readonly messages: MessageStore;
  readonly members: MemberStore;
  readonly conversations: ConversationStore;
  readonly reads: ReadStore;
  readonly erasures: ErasureStore;
  readonly transfer: TransferStore;
  readonly checks: CheckStore;
  /**
   * Reads the name of the epoch: 1 to 32 of `a-z0-9`. Positions of another epoch are meaningless here.
   * @throws StoreError `unavailable`, `closed`.
   */
  epoch(): Promise<string>;
  /**
   * Starts a new epoch, after a backup was restored: clients must not wait for positions that are gone.
   * @throws StoreError `unavailable`, `closed`.
   */
  renewEpoch(): Promise<void>;
  /**
   * Allows what processes of an older version do not know, in a database that they may have open: entries that are not messages,
   * and the activity of conversations in memberships. Call it when all processes are of this version. It takes longer than other
   * calls, passes over all conversations, and can be repeated.
   * @throws StoreError `unavailable`, `closed`; an error of the database when its user may not do that.
   */
  upgrade(): Promise<void>;
  /**
   * Calls a listener for everything stored from now on, and returns a function that removes it. Events of this process arrive
   * at once and in the order of each log, those of other processes when the database reports them. The listener must not
   * throw.
   */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Tells whether events of other processes arrive. */
  watchState(): WatchState;
  /**
   * Resolves once the store can read and write.
   * @throws StoreError `unavailable`, `closed`.
   */
  ping(): Promise<void>;
  /**
   * Stores the accepted entries and closes the store, within 5 s. Calls that are unfinished by then are rejected, later ones
   * throw `closed`. Can be called twice.
   */
  close(): Promise<void>;
}

/** A change of a membership. `updated`: the user stays a member, but what is stored about it has changed. */
export interface MembershipEvent extends Member {
  kind: MembershipChange["kind"] | "updated";
}

/** Something that happened in a store. An event can arrive twice, and after a later one. */
export type StoreEvent =
  | { kind: "entry"; entry: Entry }
  | MembershipEvent
  /** A member has marked the conversation as read or unread, or changed its settings. */
  | ({ kind: "read" } & Member)
  /** The title or the metadata of a conversation has changed. */
  | { kind: "conversation"; conversation_id: string }
  /** A user was erased: what was read before may still show its id or its texts. */
  | { kind: "erased" }
  /** Events may have been lost: what depends on them has to be read again. */
  | { kind: "missed" };

/**
 * How events of other processes arrive.
 *
 * - `live`: at once, or there are no other processes.
 * - `alone`: never, since the database has no change streams (a standalone MongoDB).
 * - `degraded`: not at the moment.
 */
export type WatchState = "live" | "alone" | "degraded";
