export { inTime } from "./commit/in-time.ts";
export { answerTimeoutMs, closeTimeoutMs } from "./deadlines.ts";
export {
  type DiagnosticsChannel,
  type GroupCommitMessage,
  type GroupOutcome,
  groupCommitChannel,
  openChannel,
  type WatchMessage,
  watchChannel,
} from "./diagnostics.ts";
export {
  type Conversation,
  type Entry,
  type Message,
  type MessageEntry,
  toMessage,
} from "./entities.ts";
export { isStoreError, StoreError, type StoreErrorCode } from "./errors.ts";
export * from "./limits.ts";
export { type MongoChatStore, type MongoStoreOptions, openMongoStore } from "./mongo/index.ts";
export type {
  ConversationHead,
  ConversationStore,
  HeadsQuery,
  InboxPosition,
  InboxRange,
  NewConversation,
} from "./ports/conversations.ts";
export type {
  Admission,
  Appended,
  AppendOptions,
  LogHead,
  LogRange,
  LogStore,
  NewEntry,
  NewMessage,
} from "./ports/log.ts";
export type {
  AmongQuery,
  ChangesQuery,
  ListedMember,
  Member,
  MemberStore,
  Membership,
  MembershipChange,
  MembersRange,
  UsersQuery,
} from "./ports/members.ts";
export type { MessageStore, ReadOn, ReadOnRange } from "./ports/messages.ts";
export { readHead } from "./read-head.ts";
export { openSqliteStore } from "./sqlite/index.ts";
export type { ChatStore, MembershipEvent, StoreEvent, WatchState } from "./store.ts";
export { conversationStream, noteStream, type Stream, streamOf } from "./stream.ts";
