import type {
  GetMessageInput,
  Message,
  MessagePageInput,
  SendMessageInput,
  SendMessageOutput,
} from "./contract.ts";
import type { By, Identity, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, toFirstPage } from "./lists/list-all.ts";
import { type MessagePage, readMessagePage } from "./lists/pages.ts";
import { createMessageId } from "./message-id.ts";

/** Messages of conversations: one ordered log for each. */
export interface Messages<in TUser extends KnownUser = NamedUser> {
  /**
   * Sends a message and resolves once it is stored for good, exactly once however often it was tried. The same `id` and
   * body again give the stored message.
   *
   * What one client sends to one conversation is stored in the order of the calls, awaited or not: each send waits until
   * the one before has succeeded or failed. A failed one does not stop the next; so if it is unknown whether it was
   * stored, it may be stored after them.
   * @throws ChatError `conflict` when the id is taken by another message. When it is unknown whether the message was
   * stored, the error has its `id`; else it was not.
   * @example
   * ```ts
   * const { message } = await chat.messages.send({ user_id: "ada", content: "Hello", conversation_id: "tea" });
   * ```
   */
  send(input: By<TUser, SendMessageInput>, options?: CallOptions): Promise<SendMessageOutput>;
  /**
   * Reads all messages of a conversation, or of a range of it, oldest first; pages are fetched as they are needed.
   * `timeoutMs` is for each page.
   * @throws ChatError
   * @example
   * ```ts
   * for await (const message of chat.messages.list({ conversation_id: "tea" })) console.log(message.content);
   * ```
   */
  list(input: MessagePageInput, options?: CallOptions): AsyncIterable<Message>;
  /**
   * Reads a page of a conversation, oldest first: the newest one unless there are bounds; empty when nothing was said.
   * @throws ChatError
   * @example
   * ```ts
   * const newest = await chat.messages.page({ conversation_id: "tea", limit: 20 });
   * const older = await newest.prev?.();
   * ```
   */
  page(input: MessagePageInput, options?: CallOptions): Promise<MessagePage>;
  /**
   * Reads one message by its position.
   * @throws ChatError `not_found`
   */
  get(input: GetMessageInput, options?: CallOptions): Promise<Message>;
}

/** Makes the calls about messages. */
export function createMessages(
  { query, mutate }: Transport,
  { noteLane }: Identity,
): Messages<KnownUser> {
  function page(input: MessagePageInput, options?: CallOptions): Promise<MessagePage> {
    return readMessagePage(
      (bounds, pageOptions) => query("messages.page", { ...input, ...bounds }, pageOptions),
      input,
      options,
    );
  }

  return {
    send(input, options) {
      const { id = createMessageId(), conversation_id } = input;
      // Without a conversation it is a note, and keeps its place among the notes.
      const isNote = typeof conversation_id !== "string";
      const lane = isNote ? noteLane(input.user_id) : `c:${conversation_id}`;
      return mutate("messages.send", { ...input, id }, { ...options, lane });
    },
    list: (input, options) =>
      listAll(
        (pageOptions) => page(toFirstPage(input), pageOptions),
        ({ messages }) => messages,
        options,
      ),
    page,
    get: (input, options) => query("messages.get", input, options),
  };
}
