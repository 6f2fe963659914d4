import {
  type ChatClient,
  createChatClient,
  type InboxConversation,
  type KnownUser,
  type ListedMessage,
  type LiveState,
  type UnreadTotals,
} from "@chatnest/client";
import { createOutbox, type OutboxItem } from "@chatnest/client/outbox";
import { expectTypeOf, test } from "vitest";
import { ChatProvider, useChat, useConversation, useInbox, useOutbox, useUnread } from "./index.ts";

const url = "http://localhost:8000";

test("a provider takes a client that knows its user, and no other", () => {
  const client = createChatClient({ url, userId: "ada" });
  expectTypeOf(ChatProvider).toBeCallableWith({ client, children: "Hello" });
  expectTypeOf(ChatProvider).toBeCallableWith({
    client: createChatClient({ url, token: async () => "token" }),
    outbox: createOutbox({ client, user_id: "ada" }),
  });
  // @ts-expect-error nobody would send
  void (() => ChatProvider({ client: createChatClient({ url }) }));
});

test("the hooks return what the client has", () => {
  expectTypeOf(useChat).returns.toEqualTypeOf<ChatClient<KnownUser>>();
  expectTypeOf(useUnread).returns.toEqualTypeOf<UnreadTotals | null>();
  const inbox = expectTypeOf(useInbox).returns;
  inbox.toHaveProperty("conversations").toEqualTypeOf<readonly InboxConversation[]>();
  inbox.toHaveProperty("totals").toEqualTypeOf<UnreadTotals | null>();
  const conversation = expectTypeOf(useConversation).returns;
  conversation.toHaveProperty("messages").toEqualTypeOf<readonly ListedMessage[]>();
  conversation.toHaveProperty("state").toEqualTypeOf<LiveState>();
  conversation.toHaveProperty("hasMore").toEqualTypeOf<boolean>();
  expectTypeOf(useOutbox).returns.toHaveProperty("items").toEqualTypeOf<readonly OutboxItem[]>();
});

test("what is sent is a message of the conversation", () => {
  const { send, loadOlder } = null as unknown as ReturnType<typeof useConversation>;
  expectTypeOf(send).toBeCallableWith({ content: "Hello", reply_to: 3 });
  expectTypeOf(send).returns.toEqualTypeOf<string>();
  expectTypeOf(loadOlder).returns.toEqualTypeOf<Promise<void>>();
  // @ts-expect-error it has no text
  void (() => send({}));
  // @ts-expect-error it is sent to this conversation
  void (() => send({ content: "Hello", conversation_id: "milk" }));
});

test("options are those of the lists", () => {
  expectTypeOf(useConversation).toBeCallableWith("tea", { view: "main", limit: 20 });
  expectTypeOf(useInbox).toBeCallableWith({
    archived: false,
    onRead: ({ read_seq }) => void read_seq,
  });
  // @ts-expect-error there is no such view
  void (() => useConversation("tea", { view: "all" }));
  // @ts-expect-error a conversation is named
  void (() => useConversation(undefined));
});
