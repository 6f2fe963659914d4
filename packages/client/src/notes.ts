import type { GetNoteInput, NotePageInput, SendMessageOutput, SendNoteInput } from "./contract.ts";
import type { Message } from "./entities.ts";
import type { By, Identity, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, toFirstPage } from "./lists/list-all.ts";
import { type MessagePage, readMessagePage } from "./lists/pages.ts";
import { createMessageId } from "./message-id.ts";

/** Calls about notes: messages without a conversation, in one ordered log for each user. */
export interface Notes<in TUser extends KnownUser = NamedUser> {
  /**
   * Sends a note and resolves once it is durably stored, exactly once and in order, as a message is.
   * @throws ChatError `conflict`. An error with an `id` means that the note may have been stored.
   * @example
   * ```ts
   * const { message } = await chat.notes.send({ user_id: "ada", content: "Buy tea" });
   * ```
   */
  send(input: By<TUser, SendNoteInput>, options?: CallOptions): Promise<SendMessageOutput>;
  /**
   * Reads all notes of a user, or a range of them, oldest first, as for messages.
   * @throws ChatError
   */
  list(input: By<TUser, NotePageInput>, options?: CallOptions): AsyncIterable<Message>;
  /**
   * Reads a page of a user's notes, oldest first, as for messages.
   * @throws ChatError
   */
  page(input: By<TUser, NotePageInput>, options?: CallOptions): Promise<MessagePage>;
  /**
   * Reads one note by its position.
   * @throws ChatError `not_found`
   */
  get(input: By<TUser, GetNoteInput>, options?: CallOptions): Promise<Message>;
}

/** Creates the calls about notes. */
export function createNotes(
  { query, mutate }: Transport,
  { noteLane }: Identity,
): Notes<KnownUser> {
  function page(input: By<KnownUser, NotePageInput>, options?: CallOptions): Promise<MessagePage> {
    return readMessagePage(
      (bounds, pageOptions) => query("notes.page", { ...input, ...bounds }, pageOptions),
      input,
      options,
    );
  }

  return {
    send(input, options) {
      const { id = createMessageId() } = input;
      const lane = noteLane(input.user_id);
      return mutate("notes.send", { ...input, id }, { ...options, lane });
    },
    list: (input, options) =>
      listAll(
        (pageOptions) => page(toFirstPage(input), pageOptions),
        ({ messages }) => messages,
        options,
      ),
    page,
    get: (input, options) => query("notes.get", input, options),
  };
}
