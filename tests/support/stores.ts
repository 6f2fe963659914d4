import type { ChatStore, ConversationStore, MessageStore } from "@chatnest/db";

/** What is different about a store. */
export interface Differences {
  messages?: Partial<MessageStore>;
  conversations?: Partial<ConversationStore>;
  ping?: ChatStore["ping"];
  watchState?: ChatStore["watchState"];
}

/** A store that behaves as a test says where it says so, and is not closed with its server. */
export function overStore(
  store: ChatStore,
  { messages, conversations, ...own }: Differences,
): ChatStore {
  return {
    ...store,
    messages: { ...store.messages, ...messages },
    conversations: { ...store.conversations, ...conversations },
    ...own,
    close: async () => {},
  };
}
