import { StoreError } from "./errors.ts";
import { isId } from "./limits.ts";
import { checkNewConversation } from "./new-conversation.ts";
import { checkNewMessage } from "./new-message.ts";
import type { ChatStore } from "./store.ts";

/** A store that trusts its input; closing is the business of whoever opened it. */
export type UncheckedStore = Omit<ChatStore, "close">;

/**
 * Makes the calls of a store refuse what no store could keep, or would take for something else, before they reach it.
 * `admit` comes first: it throws while the store takes no calls.
 */
export function validatedStore(store: UncheckedStore, admit: () => void): UncheckedStore {
  const { messages, conversations } = store;

  function check(...ids: string[]): void {
    admit();
    for (const id of ids) {
      if (!isId(id)) throw new StoreError("invalid", "no user and no conversation has this id");
    }
  }

  return {
    messages: {
      async append(message) {
        admit();
        checkNewMessage(message);
        return messages.append(message);
      },
      async page(stream, range) {
        check(stream.slice(2));
        return messages.page(stream, range);
      },
      async get(stream, seq) {
        check(stream.slice(2));
        return messages.get(stream, seq);
      },
      async lastSeq(stream) {
        check(stream.slice(2));
        return messages.lastSeq(stream);
      },
      async lastSeqs(streams) {
        check(...streams.map((stream) => stream.slice(2)));
        return messages.lastSeqs(streams);
      },
    },
    conversations: {
      async create(conversation) {
        admit();
        checkNewConversation(conversation);
        return conversations.create(conversation);
      },
      async get(ids, newest) {
        check(...ids);
        return conversations.get(ids, newest);
      },
      async inbox(userId, range) {
        check(userId);
        return conversations.inbox(userId, range);
      },
      async heads(query) {
        if (query === "active") check();
        else if ("user_id" in query) check(query.user_id);
        else check(...query.conversation_ids);
        return conversations.heads(query);
      },
      async memberships(query) {
        check(...query.conversation_ids, ...query.user_ids);
        return conversations.memberships(query);
      },
      async changes(query) {
        check(...query.user_ids);
        return conversations.changes(query);
      },
      async addMember(conversationId, userId) {
        check(conversationId, userId);
        return conversations.addMember(conversationId, userId);
      },
      async removeMember(conversationId, userId) {
        check(conversationId, userId);
        return conversations.removeMember(conversationId, userId);
      },
    },
    watch: store.watch,
    watchState: store.watchState,
    async epoch() {
      admit();
      return store.epoch();
    },
    async renewEpoch() {
      admit();
      return store.renewEpoch();
    },
    async ping() {
      admit();
      return store.ping();
    },
  };
}
