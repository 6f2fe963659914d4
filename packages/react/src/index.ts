export { ChatProvider, type ChatProviderProps, useChat } from "./provider.ts";
export { type ConversationView, useConversation } from "./use-conversation.ts";
export { type InboxView, useInbox } from "./use-inbox.ts";
export { useOutbox } from "./use-outbox.ts";
export { type UseUnreadOptions, useUnread } from "./use-unread.ts";
