import type {
  AddMemberOutput,
  Conversation,
  ConversationPageInput,
  CreateConversationInput,
  CreateConversationOutput,
  GetConversationInput,
  MemberInput,
} from "./contract.ts";
import type { By, KnownUser, NamedUser } from "./http/identity.ts";
import type { CallOptions, Transport } from "./http/transport.ts";
import { listAll, toFirstInboxPage } from "./lists/list-all.ts";
import { type ConversationPage, readConversationPage } from "./lists/pages.ts";

/** Conversations, who is in them, and each user's inbox. */
export interface Conversations<in TUser extends KnownUser = NamedUser> {
  /**
   * Creates a conversation. Give it an `id` to be able to repeat this: the same members again give the same conversation.
   * Without one it is not tried again once a conversation may be there.
   * @throws ChatError `conflict` when the id was created with other members.
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
   * Reads all conversations of a user, most recently active first; pages are fetched as they are needed. One that becomes
   * active meanwhile may be missed. `timeoutMs` is for each page.
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
   * Adds a member; one that is a member already stays one.
   * @throws ChatError `not_found` when there is no such conversation.
   */
  addMember(input: MemberInput, options?: CallOptions): Promise<AddMemberOutput>;
  /**
   * Removes a member; the last one may leave.
   * @throws ChatError `not_found` when there is no such conversation or member.
   */
  removeMember(input: MemberInput, options?: CallOptions): Promise<void>;
}

/** Makes the calls about conversations. */
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
    // Removed by a try of which no answer came: the next one finds nobody to remove.
    removeMember: (input, options) =>
      mutate("conversations.removeMember", input, { ...options, doneCode: "not_found" }),
  };
}
