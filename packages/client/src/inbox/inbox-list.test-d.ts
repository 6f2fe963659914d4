import { expectTypeOf, test } from "vitest";
import type {
  ChatClient,
  Conversation,
  Inbox,
  InboxConversation,
  InboxSnapshot,
  KnownUser,
  MemberRead,
  MemberSettings,
  Mentions,
  Message,
  ReadState,
  UnreadTotals,
} from "../index.ts";

declare const named: ChatClient;
declare const known: ChatClient<KnownUser>;
declare const inbox: Inbox;

/** The parameters of React's useSyncExternalStore. */
declare function useSyncExternalStore<TSnapshot>(
  subscribe: (onStoreChange: () => void) => () => void,
  getSnapshot: () => TSnapshot,
): TSnapshot;

type Of<TList> = TList extends AsyncIterable<infer TItem> ? TItem : never;

test("an inbox is a store for React", () => {
  const snapshot = useSyncExternalStore(inbox.subscribe, inbox.getSnapshot);
  expectTypeOf(snapshot).toEqualTypeOf<InboxSnapshot>();
  expectTypeOf(snapshot.conversations).toEqualTypeOf<readonly InboxConversation[]>();
  expectTypeOf(snapshot.totals).toEqualTypeOf<UnreadTotals | null>();
  expectTypeOf(snapshot.conversations[0]?.messages).toEqualTypeOf<Message[] | undefined>();
});

test("a snapshot cannot be changed", () => {
  // @ts-expect-error it is shared
  void (() => inbox.getSnapshot().conversations.push());
  // @ts-expect-error it is shared
  void (() => (inbox.getSnapshot().has_more = true));
});

test("only a client that knows its user has an inbox without naming one", () => {
  expectTypeOf(known.inbox).toBeCallableWith();
  expectTypeOf(known.inbox).toBeCallableWith({ archived: false, limit: 50, members: 0 });
  expectTypeOf(named.inbox).toBeCallableWith({ user_id: "ada" });
  // @ts-expect-error nobody's inbox
  void (() => named.inbox());
  // @ts-expect-error nobody's inbox
  void (() => named.inbox({ limit: 5 }));
});

test("only a client that knows its user marks and sets without naming one", () => {
  const tea = { conversation_id: "tea" };
  expectTypeOf(known.reads.mark).toBeCallableWith({ ...tea, read_seq: 4, revision: 1 });
  expectTypeOf(known.reads.markUnread).toBeCallableWith({ ...tea, unread_from: 4 });
  expectTypeOf(known.reads.totals).toBeCallableWith({});
  expectTypeOf(known.conversations.updateMember).toBeCallableWith({ ...tea, muted_until: null });
  expectTypeOf(named.reads.mark).toBeCallableWith({ ...tea, user_id: "ada", read_seq: 4 });
  // @ts-expect-error nobody reads
  void (() => named.reads.mark({ ...tea, read_seq: 4 }));
  // @ts-expect-error nobody sets it
  void (() => named.conversations.updateMember({ ...tea, pinned: true }));
});

test("answers about reading have their types", () => {
  expectTypeOf(named.reads.mark).returns.resolves.toEqualTypeOf<ReadState>();
  expectTypeOf(named.reads.totals).returns.resolves.toEqualTypeOf<UnreadTotals>();
  expectTypeOf(named.conversations.updateMember).returns.resolves.toEqualTypeOf<MemberSettings>();
  expectTypeOf(named.conversations.update).returns.resolves.toEqualTypeOf<Conversation>();
  expectTypeOf<Of<ReturnType<typeof named.reads.list>>>().toEqualTypeOf<MemberRead>();
  expectTypeOf<
    Of<ReturnType<typeof named.conversations.list>>
  >().toEqualTypeOf<InboxConversation>();
});

test("a message mentions users, or everyone", () => {
  expectTypeOf<Message["mentions"]>().toEqualTypeOf<Mentions | undefined>();
  const text = { conversation_id: "tea", content: "Tea?" };
  expectTypeOf(known.messages.send).toBeCallableWith({ ...text, mentions: ["grace"] });
  expectTypeOf(known.messages.send).toBeCallableWith({ ...text, mentions: "everyone" });
  // @ts-expect-error not a user, but a list of them
  void (() => known.messages.send({ ...text, mentions: "grace" }));
});
