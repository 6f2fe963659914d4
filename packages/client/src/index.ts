export {
  type ChatClient,
  type ChatClientOptions,
  createChatClient,
  type RetryOptions,
} from "./client.ts";
export type {
  AddMemberOutput,
  ChangeMessageInput,
  ConversationPageInput,
  CreateConversationInput,
  CreateConversationOutput,
  DeleteMessageOutput,
  EditMessageInput,
  EditMessageOutput,
  GetConversationInput,
  GetMessageInput,
  GetNoteInput,
  LogPageInput,
  MarkReadInput,
  MarkUnreadInput,
  MemberInput,
  MessagePageInput,
  NotePageInput,
  PageBounds,
  ReactInput,
  ReactOutput,
  ReactorPageInput,
  ReadPageInput,
  ReplyPageInput,
  SendMessageInput,
  SendMessageOutput,
  SendNoteInput,
  TotalsInput,
  UnreactOutput,
  UpdateConversationInput,
  UpdateMemberInput,
} from "./contract.ts";
export type { Conversations } from "./conversations.ts";
export type {
  Conversation,
  InboxConversation,
  JsonValue,
  MemberRead,
  MemberSettings,
  Mentions,
  Message,
  Metadata,
  Reaction,
  Reactor,
  ReadState,
  Thread,
  UnreadTotals,
  Version,
} from "./entities.ts";
export type {
  AnyEntry,
  DeletionEntry,
  EditEntry,
  Entry,
  MessageEntry,
  ReactionEntry,
  UnknownEntry,
} from "./entries.ts";
export {
  ChatError,
  type ChatErrorCode,
  type ChatErrorDetails,
  type InputIssue,
  isChatError,
  type ServerErrorCode,
} from "./errors.ts";
export type { By, KnownUser, NamedUser } from "./http/identity.ts";
export type { Token } from "./http/token.ts";
export type { CallOptions } from "./http/transport.ts";
export type { InboxRead } from "./inbox/inbox-events.ts";
export type { Inbox, InboxOptions, InboxSnapshot } from "./inbox/inbox-list.ts";
export type { InboxSettings } from "./inbox/own-settings.ts";
export { applyEntry } from "./lists/apply-entry.ts";
export type {
  EditInListInput,
  LoadOlderOptions,
  MessageList,
  MessageListOptions,
  MessageListSnapshot,
  SendToListInput,
} from "./lists/message-list.ts";
export type { ListedMessage, NewText, OwnChange } from "./lists/own-changes.ts";
export type { ConversationPage, MessagePage, ReadPage } from "./lists/pages.ts";
export type {
  ConversationEntryHandlers,
  ConversationHandlers,
  FollowConversationOptions,
  FollowEntriesOptions,
  LiveConversation,
} from "./live/conversation.ts";
export type {
  ConversationDetails,
  ConversationEntryEvent,
  ConversationEvent,
  Head,
  UnknownEvent,
  UserEntryEvent,
  UserEvent,
} from "./live/events.ts";
export type { LiveState } from "./live/state.ts";
export type { FollowOptions, Subscription } from "./live/subscription.ts";
export type {
  FollowUserEntriesOptions,
  LiveUser,
  UserEntryHandlers,
  UserHandlers,
} from "./live/user.ts";
export { createMessageId } from "./message-id.ts";
export type { Messages } from "./messages.ts";
export type { Notes } from "./notes.ts";
export type {
  AbortSignalLike,
  ByteStream,
  Fetch,
  FetchInit,
  FetchLike,
  ResponseLike,
} from "./platform.ts";
export type { Reads } from "./reads.ts";
