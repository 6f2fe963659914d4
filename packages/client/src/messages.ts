import type {
  ChangeMessageInput,
  DeleteMessageOutput,
  EditMessageInput,
  EditMessageOutput,
  GetMessageInput,
  LogPageInput,
  MessagePageInput,
  ReactInput,
  ReactOutput,
  ReactorPageInput,
  ReplyPageInput,
  SendMessageInput,
  SendMessageOutput,
  UnreactOutput,
} from "./contract.ts";
import type { Message, Reactor, Version } from "./entities.ts";
import { type AnyEntry, toEntry } from "./entries.ts";
import type { By, Identity, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, pageSize, toFirstPage } from "./lists/list-all.ts";
import { type MessagePage, readMessagePage, toPages } from "./lists/pages.ts";
import { createMessageId } from "./message-id.ts";

/**
 * Calls about the messages of conversations, each of which is an ordered log. A change of a message is an entry of the
 * same log: it is stored once per `id` however often it is retried, in the order of the calls with the sends.
 */
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
  /**
   * Edits a message: its content, its metadata, or both.
   * @throws ChatError `not_found` when it is deleted, `forbidden` when a user is not its author, `precondition_failed`
   * when it was edited after `unchanged_since`.
   * @example
   * ```ts
   * await chat.messages.edit({ user_id: "ada", conversation_id: "tea", seq: 1, content: "Hello!" });
   * ```
   */
  edit(input: By<TUser, EditMessageInput>, options?: CallOptions): Promise<EditMessageOutput>;
  /**
   * Deletes a message: its text is erased from the store, earlier versions too. Deleting it again has no effect.
   * @throws ChatError `not_found`, `forbidden` when a user is not its author.
   */
  delete(input: By<TUser, ChangeMessageInput>, options?: CallOptions): Promise<DeleteMessageOutput>;
  /**
   * Adds a reaction; adding it again has no effect.
   * @throws ChatError `not_found`, `conflict` when the message has 20 other keys.
   */
  react(input: By<TUser, ReactInput>, options?: CallOptions): Promise<ReactOutput>;
  /**
   * Removes a reaction; removing it again has no effect.
   * @throws ChatError `not_found`
   */
  unreact(input: By<TUser, ReactInput>, options?: CallOptions): Promise<UnreactOutput>;
  /**
   * Reads a page of the thread that a message started, which may be deleted since, as `page` does.
   * @throws ChatError `not_found`
   */
  replies(input: ReplyPageInput, options?: CallOptions): Promise<MessagePage>;
  /**
   * Reads who reacted to a message, by key, fetching pages as they are needed. `timeoutMs` applies to each page.
   * @throws ChatError `not_found`
   */
  reactions(input: ReactorPageInput, options?: CallOptions): AsyncIterable<Reactor>;
  /**
   * Reads all texts that a message has and had, oldest first.
   * @throws ChatError `not_found` when it is deleted.
   */
  versions(input: GetMessageInput, options?: CallOptions): Promise<Version[]>;
  /**
   * Reads all entries of a log, or those after a `seq`, oldest first, fetching pages as they are needed. Who holds a
   * conversation up to a `seq` and reads what comes after it has missed nothing. `timeoutMs` applies to each page.
   * @throws ChatError
   */
  log(input: LogPageInput, options?: CallOptions): AsyncIterable<AnyEntry>;
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
      const lane = isNote ? noteLane(input.user_id) : laneOf(conversation_id);
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
    edit: (input, options) => mutate("messages.edit", ...toChange(input, options)),
    delete: (input, options) => mutate("messages.delete", ...toChange(input, options)),
    react: (input, options) => mutate("messages.react", ...toChange(input, options)),
    unreact: (input, options) => mutate("messages.unreact", ...toChange(input, options)),
    replies: (input, options) =>
      readMessagePage(
        (bounds, pageOptions) => query("messages.replies", { ...input, ...bounds }, pageOptions),
        input,
        options,
      ),
    reactions: ({ limit = pageSize, ...input }, options) =>
      listAll(
        toPages((next, pageOptions) => query("messages.reactions", next, pageOptions), {
          ...input,
          limit,
        }),
        ({ reactions }) => reactions,
        options,
      ),
    versions: async (input, options) => (await query("messages.versions", input, options)).versions,
    log: ({ limit = pageSize, ...input }, options) =>
      listAll(
        toPages((next, pageOptions) => query("log.page", next, pageOptions), { ...input, limit }),
        ({ entries }) => entries.map(toEntry),
        options,
      ),
  };
}

/** The lane of a conversation, where no change passes the message that it changes. */
function laneOf(conversationId: string): string {
  return `c:${conversationId}`;
}

function toChange<TInput extends { id?: string | undefined; conversation_id: string }>(
  input: TInput,
  options: CallOptions | undefined,
) {
  const { id = createMessageId(), conversation_id } = input;
  return [
    { ...input, id },
    { ...options, lane: laneOf(conversation_id) },
  ] as const;
}
