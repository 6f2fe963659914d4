export {
  type ChatClient,
  type ChatClientOptions,
  createChatClient,
  type RetryOptions,
} from "./client.ts";
export type {
  AddMemberOutput,
  Conversation,
  ConversationPageInput,
  CreateConversationInput,
  CreateConversationOutput,
  GetConversationInput,
  GetMessageInput,
  GetNoteInput,
  MemberInput,
  Message,
  MessagePageInput,
  NotePageInput,
  SendMessageInput,
  SendMessageOutput,
  SendNoteInput,
} from "./contract.ts";
export type { Conversations } from "./conversations.ts";
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
export type { ConversationPage, MessagePage } from "./lists/pages.ts";
export type {
  ConversationHandlers,
  FollowConversationOptions,
  LiveConversation,
} from "./live/conversation.ts";
export type { ConversationEvent, Head, UnknownEvent, UserEvent } from "./live/events.ts";
export type { LiveState } from "./live/state.ts";
export type { FollowOptions, Subscription } from "./live/subscription.ts";
export type { LiveUser, UserHandlers } from "./live/user.ts";
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
