import type {
  AddMemberOutput,
  ConversationPageInput,
  CreateConversationInput,
  CreateConversationOutput,
  GetConversationInput,
  MemberInput,
} from "./contract.ts";
import type { Conversation } from "./entities.ts";
import type { By, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, toFirstInboxPage } from "./lists/list-all.ts";
import { type ConversationPage, readConversationPage } from "./lists/pages.ts";

/** Calls about conversations, their members and each user's inbox. */
export interface Conversations<in TUser extends KnownUser = NamedUser> {
  /**
   * Creates a conversation. With an `id` the call can be repeated: the same members again return the same conversation.
   * Without one it is not retried once the conversation may exist.
   * @throws ChatError `conflict` when a conversation with this id was created with other members.
   * @example
   * ```ts
   * const { conversation } = await chat.conversations.create({ user_ids: ["ada", "grace"] });
   * ```
   */
  create(input: CreateConversationInput, options?: CallOptions): Promise<CreateConversationOutput>;
  /**
   * Reads one conversation with its newest messages.
   * @throws ChatError `not_found`
   */
  get(input: GetConversationInput, options?: CallOptions): Promise<Conversation>;
  /**
   * Reads all conversations of a user, most recently active first, fetching pages as they are needed. A conversation
   * that becomes active meanwhile may be missed. `timeoutMs` applies to each page.
   * @throws ChatError
   */
  list(input: By<TUser, ConversationPageInput>, options?: CallOptions): AsyncIterable<Conversation>;
  /**
   * Reads a page of a user's conversations, most recently active first; empty when there are none.
   * @throws ChatError
   * @example
   * ```ts
   * const inbox = await chat.conversations.page({ user_id: "ada", messages: 1 });
   * const more = await inbox.next?.();
   * ```
   */
  page(input: By<TUser, ConversationPageInput>, options?: CallOptions): Promise<ConversationPage>;
  /**
   * Adds a member; adding one again has no effect.
   * @throws ChatError `not_found` when the conversation does not exist.
   */
  addMember(input: MemberInput, options?: CallOptions): Promise<AddMemberOutput>;
  /**
   * Removes a member, even the last one.
   * @throws ChatError `not_found` when the conversation or the member does not exist.
   */
  removeMember(input: MemberInput, options?: CallOptions): Promise<void>;
}

/** Creates the calls about conversations. */
export function createConversations({ query, mutate }: Transport): Conversations<KnownUser> {
  function page(
    input: By<KnownUser, ConversationPageInput>,
    options?: CallOptions,
  ): Promise<ConversationPage> {
    return readConversationPage(
      (cursor, pageOptions) => query("conversations.page", { ...input, cursor }, pageOptions),
      input.cursor,
      options,
    );
  }

  return {
    create: (input, options) =>
      mutate("conversations.create", input, { ...options, isRepeatable: input.id !== undefined }),
    get: (input, options) => query("conversations.get", input, options),
    list: (input, options) =>
      listAll(
        (pageOptions) => page(toFirstInboxPage(input), pageOptions),
        ({ conversations }) => conversations,
        options,
      ),
    page,
    addMember: (input, options) => mutate("conversations.addMember", input, options),
    // After an attempt that removed the member and whose answer was lost, the next one finds none.
    removeMember: (input, options) =>
      mutate("conversations.removeMember", input, { ...options, doneCode: "not_found" }),
  };
}
