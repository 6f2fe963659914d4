export { type ChatClient, type ChatClientOptions, createChatClient } from "./client.ts";
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
export { createMessageId } from "./message-id.ts";
export type { Messages } from "./messages.ts";
export type { Notes } from "./notes.ts";
export type { ConversationPage, MessagePage } from "./pages.ts";
export type { AbortSignalLike, Fetch, FetchLike, ResponseLike } from "./platform.ts";
export type { CallOptions } from "./transport.ts";
