import { expectTypeOf, test } from "vitest";
import type {
  AnyEntry,
  ChatClient,
  ConversationEntryEvent,
  ConversationEvent,
  Entry,
  KnownUser,
  ListedMessage,
  Message,
  MessageList,
  Reaction,
  UserEntryEvent,
} from "../index.ts";

declare const named: ChatClient;
declare const known: ChatClient<KnownUser>;
declare const list: MessageList;
declare const entry: AnyEntry;

/** The parameters of React's useSyncExternalStore. */
declare function useSyncExternalStore<TSnapshot>(
  subscribe: (onStoreChange: () => void) => () => void,
  getSnapshot: () => TSnapshot,
): TSnapshot;

test("a list is a store for React", () => {
  const { messages } = useSyncExternalStore(list.subscribe, list.getSnapshot);
  expectTypeOf(messages).toEqualTypeOf<readonly ListedMessage[]>();
  expectTypeOf(messages[0]?.seq).toEqualTypeOf<number | null | undefined>();
  expectTypeOf(named.conversation("tea").messages({ view: "main" })).toEqualTypeOf<MessageList>();
});

test("a snapshot cannot be changed", () => {
  const snapshot = list.getSnapshot();
  // @ts-expect-error it is shared
  void (() => snapshot.messages.push());
  // @ts-expect-error it is shared
  void (() => (snapshot.hasOlder = true));
});

test("every field of a message is in a list", () => {
  expectTypeOf<Omit<ListedMessage, "seq">>().toExtend<Omit<Message, "seq">>();
  expectTypeOf<ListedMessage>().not.toExtend<Message>();
});

test("only a client that knows its user changes messages without naming one", () => {
  const target = { conversation_id: "tea", seq: 1 };
  expectTypeOf(known.messages.edit).toBeCallableWith({ ...target, content: "Hello" });
  expectTypeOf(known.messages.react).toBeCallableWith({ ...target, key: "x" });
  expectTypeOf(named.messages.delete).toBeCallableWith({ ...target, user_id: "ada" });
  // @ts-expect-error nobody deletes it
  void (() => named.messages.delete(target));
});

test("an entry is narrowed by its kind, and all kinds are named", () => {
  switch (entry.kind) {
    case "message":
    case "edit":
      expectTypeOf(entry.content).toEqualTypeOf<string>();
      break;
    case "reaction":
      expectTypeOf(entry.reactions).toEqualTypeOf<Reaction[]>();
      break;
    case "deletion":
      expectTypeOf(entry.target_seq).toEqualTypeOf<number>();
      break;
    default:
      expectTypeOf(entry).toEqualTypeOf<Exclude<AnyEntry, Entry>>();
      expectTypeOf(entry.data).toEqualTypeOf<unknown>();
  }
});

test("a follower asks for messages, or for entries", () => {
  const conversation = named.conversation("tea");
  type Of<TEvents> = TEvents extends AsyncIterable<infer TEvent> ? TEvent : never;
  const all = conversation.events({ entries: "all" });
  const some = conversation.events({ after: 0 });
  const ofUser = known.user().events({ entries: "all" });
  expectTypeOf<Of<typeof all>>().toEqualTypeOf<ConversationEntryEvent>();
  expectTypeOf<Of<typeof some>>().toEqualTypeOf<ConversationEvent>();
  expectTypeOf<Of<typeof ofUser>>().toEqualTypeOf<UserEntryEvent>();
  void (() => {
    conversation.subscribe({ onEntry: (one) => expectTypeOf(one).toEqualTypeOf<AnyEntry>() });
    conversation.subscribe({ onMessage: (one) => expectTypeOf(one).toEqualTypeOf<Message>() });
    known.user().subscribe({ onEntry: (one) => expectTypeOf(one).toEqualTypeOf<AnyEntry>() });
    // @ts-expect-error it hears of nothing
    conversation.subscribe({});
  });
});
