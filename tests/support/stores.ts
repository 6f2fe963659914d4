import type {
  ChatStore,
  ConversationStore,
  LogStore,
  MemberStore,
  MessageStore,
  ReadStore,
} from "@chatnest/db";

/** What is different about a store. */
export interface Differences {
  log?: Partial<LogStore>;
  messages?: Partial<MessageStore>;
  members?: Partial<MemberStore>;
  conversations?: Partial<ConversationStore>;
  reads?: Partial<ReadStore>;
  ping?: ChatStore["ping"];
  watchState?: ChatStore["watchState"];
}

/** A store that behaves as a test says where it says so, and is not closed with its server. */
export function overStore(
  store: ChatStore,
  { log, messages, members, conversations, reads, ...own }: Differences,
): ChatStore {
  return {
    ...store,
    log: { ...store.log, ...log },
    messages: { ...store.messages, ...messages },
    members: { ...store.members, ...members },
    conversations: { ...store.conversations, ...conversations },
    reads: { ...store.reads, ...reads },
    ...own,
    close: async () => {},
  };
}
