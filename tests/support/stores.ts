import type {
  ChatStore,
  ConversationStore,
  LogStore,
  MemberStore,
  MessageStore,
} from "@chatnest/db";

/** What is different about a store. */
export interface Differences {
  log?: Partial<LogStore>;
  messages?: Partial<MessageStore>;
  members?: Partial<MemberStore>;
  conversations?: Partial<ConversationStore>;
  ping?: ChatStore["ping"];
  watchState?: ChatStore["watchState"];
}

/** A store that behaves as a test says where it says so, and is not closed with its server. */
export function overStore(
  store: ChatStore,
  { log, messages, members, conversations, ...own }: Differences,
): ChatStore {
  return {
    ...store,
    log: { ...store.log, ...log },
    messages: { ...store.messages, ...messages },
    members: { ...store.members, ...members },
    conversations: { ...store.conversations, ...conversations },
    ...own,
    close: async () => {},
  };
}
