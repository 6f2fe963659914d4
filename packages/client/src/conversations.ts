import type {
  AddMemberOutput,
  ConversationPageInput,
  CreateConversationInput,
  CreateConversationOutput,
  GetConversationInput,
  MemberInput,
  UpdateConversationInput,
  UpdateMemberInput,
} from "./contract.ts";
import type { Conversation, InboxConversation, MemberSettings } from "./entities.ts";
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
   * Changes the title or the metadata of a conversation, for all its members. The last change counts.
   * @throws ChatError `not_found`
   * @example
   * ```ts
   * await chat.conversations.update({ conversation_id: "tea", title: "Tea at four" });
   * ```
   */
  update(input: UpdateConversationInput, options?: CallOptions): Promise<Conversation>;
  /**
   * Reads all conversations of a user, pinned ones first, then the most recently active, fetching pages as they are needed. A conversation
   * that becomes active meanwhile may be missed. `timeoutMs` applies to each page.
   * @throws ChatError
   */
  list(
    input: By<TUser, ConversationPageInput>,
    options?: CallOptions,
  ): AsyncIterable<InboxConversation>;
  /**
   * Reads a page of a user's conversations, pinned ones first, then the most recently active; empty when there are none.
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
  /**
   * Changes what a user has set for itself in a conversation, and returns all of it. One client's changes are made in
   * the order of the calls.
   * @throws ChatError `not_found` when the user is not a member.
   * @example
   * ```ts
   * await chat.conversations.updateMember({ user_id: "ada", conversation_id: "tea", pinned: true });
   * ```
   */
  updateMember(input: By<TUser, UpdateMemberInput>, options?: CallOptions): Promise<MemberSettings>;
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
    update: (input, options) =>
      mutate("conversations.update", input, { ...options, lane: `u:${input.conversation_id}` }),
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
    updateMember: (input, options) =>
      mutate("conversations.updateMember", input, {
        ...options,
        lane: `s:${input.conversation_id}`,
      }),
  };
}
