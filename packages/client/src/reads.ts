import type { MarkReadInput, MarkUnreadInput, ReadPageInput, TotalsInput } from "./contract.ts";
import type { MemberRead, ReadState, UnreadTotals } from "./entities.ts";
import type { By, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, pageSize } from "./lists/list-all.ts";
import { type ReadPage, toPages } from "./lists/pages.ts";

/** Calls about how far users have read, and what is unread. Who joins a conversation has read what was there before. */
export interface Reads<in TUser extends KnownUser = NamedUser> {
  /**
   * Marks a conversation as read up to a position. A mark never moves back, however late or often it arrives; a message
   * of the user's own is read without one.
   * @throws ChatError `not_found` when the user is not a member, `validation_failed` when the position is beyond the end.
   * @example
   * ```ts
   * await chat.reads.mark({ user_id: "ada", conversation_id: "tea", read_seq: 4 });
   * ```
   */
  mark(input: By<TUser, MarkReadInput>, options?: CallOptions): Promise<ReadState>;
  /**
   * Marks a conversation as unread from a position on, and raises its `revision`.
   * @throws ChatError `not_found` when the user is not a member, `validation_failed` when the position is beyond the end
   * or too far before it.
   */
  markUnread(input: By<TUser, MarkUnreadInput>, options?: CallOptions): Promise<ReadState>;
  /**
   * Reads how far each member of a conversation has read, in the order they joined, fetching pages as they are needed.
   * `timeoutMs` applies to each page.
   * @throws ChatError
   */
  list(input: ReadPageInput, options?: CallOptions): AsyncIterable<MemberRead>;
  /**
   * Reads a page of the same; empty when nobody has joined.
   * @throws ChatError
   */
  page(input: ReadPageInput, options?: CallOptions): Promise<ReadPage>;
  /**
   * Reads what is unread in all conversations of a user that are neither archived nor muted.
   * @throws ChatError
   * @example
   * ```ts
   * const { messages } = await chat.reads.totals({ user_id: "ada" });
   * ```
   */
  totals(input: By<TUser, TotalsInput>, options?: CallOptions): Promise<UnreadTotals>;
}

/** Creates the calls about reading. */
export function createReads({ query, mutate }: Transport): Reads<KnownUser> {
  function page(
    { limit = pageSize, ...input }: ReadPageInput,
    options?: CallOptions,
  ): Promise<ReadPage> {
    const read = toPages(
      (next: ReadPageInput, pageOptions) => query("reads.page", next, pageOptions),
      { ...input, limit },
    );
    return read(options);
  }

  return {
    mark: (input, options) => mutate("reads.mark", input, { ...options, lane: laneOf(input) }),
    markUnread: (input, options) =>
      mutate("reads.markUnread", input, { ...options, lane: laneOf(input) }),
    list: (input, options) =>
      listAll(
        (pageOptions) => page(input, pageOptions),
        ({ reads }) => reads,
        options,
      ),
    page,
    totals: (input, options) => query("reads.totals", input, options),
  };
}

// A mark does not pass one as unread, which it would undo.
function laneOf({ conversation_id }: { conversation_id: string }): string {
  return `r:${conversation_id}`;
}
