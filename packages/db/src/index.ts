export { hashSent } from "./changes/sent-hash.ts";
export { type CheckOptions, type CheckProgress, checkStore } from "./checks/check-store.ts";
export { callInSlices } from "./commit/call-in-slices.ts";
export { inTime } from "./commit/in-time.ts";
export { KeptReads, sizeOfMessages } from "./commit/kept-reads.ts";
export { answerTimeoutMs, closeTimeoutMs } from "./deadlines.ts";
export {
  type DiagnosticsChannel,
  type GroupCommitMessage,
  type GroupOutcome,
  groupCommitChannel,
  openChannel,
  type UnwrittenMessage,
  unwrittenChannel,
  type WaitingMessage,
  type WatchMessage,
  waitingChannel,
  watchChannel,
} from "./diagnostics.ts";
export {
  type ChangeEntry,
  type Conversation,
  type DeletionEntry,
  type Editable,
  type EditEntry,
  type Entry,
  type MemberSettings,
  type Mentions,
  type Message,
  type MessageEntry,
  type Reaction,
  type ReactionEntry,
  type Reactor,
  type ReadState,
  type Thread,
  toMessage,
  type UnreadTotals,
  type Version,
} from "./entities.ts";
export {
  type ErasureProgress,
  type ErasureReport,
  eraseUser,
} from "./erasure/erase-user.ts";
export { isStoreError, StoreError, type StoreErrorCode } from "./errors.ts";
export {
  type FormerDocument,
  type FormerService,
  openFormerService,
} from "./former/former-service.ts";
export * from "./limits.ts";
export {
  isMetadata,
  type JsonValue,
  type Metadata,
  metadataBytesMax,
  metadataLevelsMax,
} from "./metadata.ts";
export { type MongoChatStore, type MongoStoreOptions, openMongoStore } from "./mongo/index.ts";
export { hashOfMembers } from "./new-conversation.ts";
export { fitPage, lengthOf } from "./paging/page-length.ts";
export type { CheckedMember, CheckStore, Finding } from "./ports/checks.ts";
export type {
  ConversationChange,
  ConversationHead,
  ConversationStore,
  HeadsQuery,
  IdRange,
  InboxItem,
  InboxPosition,
  InboxRange,
  NewConversation,
} from "./ports/conversations.ts";
export type { ErasureMode } from "./ports/erasures.ts";
export type {
  Admission,
  Appended,
  AppendOptions,
  LogHead,
  LogRange,
  LogStore,
  NewChange,
  NewDeletion,
  NewEdit,
  NewEntry,
  NewMessage,
  NewReaction,
} from "./ports/log.ts";
export type {
  AmongQuery,
  ChangesQuery,
  ListedMember,
  Member,
  MemberSettingsChange,
  MemberStore,
  Membership,
  MembershipChange,
  MembersRange,
  UsersQuery,
} from "./ports/members.ts";
export type {
  MessageRange,
  MessageStore,
  MessageView,
  ReactorRange,
  ReadOn,
  ReadOnRange,
} from "./ports/messages.ts";
export type { ListedRead, ReadMark, ReadStore } from "./ports/reads.ts";
export type {
  BackupProgress,
  CountedMember,
  FoundConversation,
  PlacedMember,
  StoredConversation,
  StoredEntry,
  StoredMember,
  StoredMembersRange,
  TransferStore,
} from "./ports/transfer.ts";
export { readHead } from "./read-head.ts";
export { isDamage } from "./sqlite/errors.ts";
export { openSqliteStore } from "./sqlite/index.ts";
export { type BackupContents, checkBackup } from "./sqlite/transfer/check-backup.ts";
export type { ChatStore, MembershipEvent, StoreEvent, WatchState } from "./store.ts";
export { conversationStream, noteStream, type Stream, streamOf } from "./stream.ts";
export { ReadCounts } from "./transfer/read-counts.ts";
