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

/** Calls about the messages of conversations, each of which is an ordered log. */
export interface Messages<in TUser extends KnownUser = NamedUser> {
  /**
   * Sends a message and resolves once it is durably stored, exactly once however often it is retried. Sending the same
   * `id` and content again returns the stored message.
   *
   * Messages that one client sends to one conversation are stored in the order of the calls, awaited or not: each send
   * waits until the previous one has succeeded or failed. A failed send does not stop the next one: if its
   * outcome is unknown, its message may be stored after later ones.
   * @throws ChatError `conflict` when another message has this id. An error with an `id` means that the message may
   * have been stored, one without that it was not.
   * @example
   * ```ts
   * const { message } = await chat.messages.send({ user_id: "ada", content: "Hello", conversation_id: "tea" });
   * ```
   */
  send(input: By<TUser, SendMessageInput>, options?: CallOptions): Promise<SendMessageOutput>;
  /**
   * Reads all messages of a conversation, or a range of them, oldest first, fetching pages as they are needed.
   * `timeoutMs` applies to each page.
   * @throws ChatError
   * @example
   * ```ts
   * for await (const message of chat.messages.list({ conversation_id: "tea" })) console.log(message.content);
   * ```
   */
  list(input: MessagePageInput, options?: CallOptions): AsyncIterable<Message>;
  /**
   * Reads a page of a conversation, oldest first: the newest page unless bounds are given; empty when there are no
   * messages.
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

/** Creates the calls about messages. */
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
      // A message without a conversation is a note, and is ordered among the notes.
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
