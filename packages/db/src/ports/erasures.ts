import type { NewDeletion, NewReaction } from "./log.ts";

/** What becomes of what a user has sent: it is deleted, or stays under a pseudonym. The id of the user goes either way. */
export type ErasureMode = "delete" | "anonymize";

/** An erasure that has begun. It is stored until it is finished; then nothing links the user to the pseudonym. */
export interface Erasure {
  user_id: string;
  /** Takes the place of the id wherever something has to stay: `erased-` and a random text. */
  pseudonym: string;
  mode: ErasureMode;
}

/** One part of the entries of all logs. */
export interface ErasurePart {
  /** Where the next part begins, opaque. Absent at the end. */
  next?: string;
  /** How many entries were examined, and how many there are, about. */
  examined: number;
  total: number;
}

/** A message or a reaction of a user that is still there. */
export type Leftover =
  | Pick<NewDeletion, "kind" | "conversation_id" | "target_seq">
  | Pick<NewReaction, "kind" | "conversation_id" | "target_seq" | "key">;

/**
 * The steps of erasing a user, of which `eraseUser` makes an erasure. Each is small, can be repeated, and leaves positions, ids
 * and counts as they are. What a user stores meanwhile is only found by a later step.
 */
export interface ErasureStore {
  /** For how long after a step other processes may store what they had read before it, in ms. */
  readonly settleMs: number;
  /**
   * Begins the erasure of a user, or returns the one that has begun.
   * @throws StoreError `conflict` when it has begun in the other mode, `invalid`, `unavailable`, `closed`.
   */
  begin(userId: string, mode: ErasureMode): Promise<Erasure>;
  /**
   * Ends some memberships of the user, or gives them to the pseudonym. Returns how many; 0 when there are none left.
   * @throws StoreError `unavailable`, `closed`.
   */
  memberships(erasure: Erasure): Promise<number>;
  /**
   * Removes some notes of the user, or gives them to the pseudonym. Returns how many entries; 0 when there are none left.
   * @throws StoreError `unavailable`, `closed`.
   */
  notes(erasure: Erasure): Promise<number>;
  /**
   * Replaces the id of the user in one part of the entries: where it is the author, is mentioned, or reacts.
   * @throws StoreError `unavailable`, `closed`.
   */
  replace(erasure: Erasure, from?: string): Promise<ErasurePart & { replaced: number }>;
  /**
   * Finds what is left of the messages and reactions of a pseudonym in one part of the entries.
   * @throws StoreError `unavailable`, `closed`.
   */
  leftovers(erasure: Erasure, from?: string): Promise<ErasurePart & { found: Leftover[] }>;
  /**
   * Emits `erased` here and in all other processes.
   * @throws StoreError `unavailable`, `closed`.
   */
  tell(): Promise<void>;
  /**
   * Forgets an erasure and tells that. The embedded store also rewrites its file, so that unused parts keep no byte of the id;
   * it answers no other call meanwhile.
   * @throws StoreError `unavailable`, `closed`. Then it can be called again.
   */
  finish(erasure: Erasure): Promise<void>;
  /**
   * Emits `erased` if another process has told since the last call, or may have: the events of others do not always arrive.
   * @throws StoreError `unavailable`, `closed`.
   */
  check(): Promise<void>;
}
