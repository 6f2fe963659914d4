import type {
  GetNoteInput,
  Message,
  NotePageInput,
  SendMessageOutput,
  SendNoteInput,
} from "./contract.ts";
import { type MessagePage, readMessagePage } from "./pages.ts";
import { send } from "./sending.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** Notes: messages without a conversation, one ordered log for each user. */
export interface Notes {
  /**
   * Sends a note and resolves once it is stored for good; as for messages.
   * @throws ChatError `conflict`; when it is unknown whether the note was stored, the error has its `id`.
   * @example
   * ```ts
   * const { message } = await chat.notes.send({ user_id: "ada", content: "Buy tea" });
   * ```
   */
  send(input: SendNoteInput, options?: CallOptions): Promise<SendMessageOutput>;
  /**
   * Reads a page of a user's notes, oldest first; as for messages.
   * @throws ChatError
   */
  page(input: NotePageInput, options?: CallOptions): Promise<MessagePage>;
  /**
   * Reads one note by its position.
   * @throws ChatError `not_found`
   */
  get(input: GetNoteInput, options?: CallOptions): Promise<Message>;
}

/** Makes the calls about notes. */
export function createNotes(transport: Transport): Notes {
  return {
    send: (input, options) => send(transport, { path: "notes.send", input, options }),
    page: (input, options) =>
      readMessagePage(
        (bounds, pageOptions) =>
          transport.query("notes.page", { ...input, ...bounds }, pageOptions),
        input,
        options,
      ),
    get: (input, options) => transport.query("notes.get", input, options),
  };
}
