export { inTime } from "./commit/in-time.ts";
export { answerTimeoutMs, closeTimeoutMs } from "./deadlines.ts";
export {
  type DiagnosticsChannel,
  type GroupCommitMessage,
  type GroupOutcome,
  groupCommitChannel,
  type WatchMessage,
  watchChannel,
} from "./diagnostics.ts";
export type { Conversation, Message } from "./entities.ts";
export { isStoreError, StoreError, type StoreErrorCode } from "./errors.ts";
export * from "./limits.ts";
export { type MongoChatStore, type MongoStoreOptions, openMongoStore } from "./mongo/index.ts";
export { openSqliteStore } from "./sqlite/index.ts";
export type {
  Appended,
  ChangesQuery,
  ChatStore,
  ConversationHead,
  ConversationStore,
  HeadsQuery,
  InboxPosition,
  InboxRange,
  Membership,
  MembershipChange,
  MessageRange,
  MessageStore,
  NewConversation,
  NewMessage,
  StoreEvent,
  WatchState,
} from "./store.ts";
export { conversationStream, noteStream, type Stream, streamOf } from "./stream.ts";
