import type {
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from "@trpc/server";
import type { MemberInput, Mutations, Queries } from "./contract.ts";
import type { MemberSettings, Mentions, Message, Metadata, UnreadTotals } from "./entities.ts";
import type { Entry } from "./entries.ts";
import type { InputIssue, ServerErrorCode } from "./errors.ts";

interface ErrorShape {
  code: number;
  message: string;
  data: {
    code: ServerErrorCode;
    httpStatus: number;
    /** Identifies the request in the server's log. */
    request_id?: string;
    /** Problems with the input, for `validation_failed`. */
    errors?: InputIssue[];
    /** Set when a send may have been stored: sending it again with this `id` is safe. */
    id?: string;
  };
}

interface Root {
  ctx: object;
  meta: object;
  errorShape: ErrorShape;
  transformer: false;
}

interface Def<TInput, TOutput> {
  input: TInput;
  output: TOutput;
  meta: object;
  errorShape: ErrorShape;
}

type Query<TPath extends keyof Queries> = TRPCQueryProcedure<
  Def<Queries[TPath]["input"], Queries[TPath]["output"]>
>;

type Mutation<TPath extends keyof Mutations> = TRPCMutationProcedure<
  Def<Mutations[TPath]["input"], Mutations[TPath]["output"]>
>;

/** Yields events with the place to continue from as their `id`; tRPC's client sends it when it reconnects. */
type Subscription<TInput, TEvent> = TRPCSubscriptionProcedure<
  Def<
    TInput & { lastEventId?: string | null | undefined },
    AsyncIterable<{ id: string; data: TEvent }, void, unknown>
  >
>;

interface Place {
  conversation_id: string;
  /** Position of the newest entry; 0 when there is none. */
  last_seq: number;
}

interface MessageEvent {
  type: "message";
  message: Message;
}

interface Entries {
  /** `all`: an event for each entry of the log. */
  entries?: "all" | undefined;
}

interface WithInbox {
  /** `true`: also events for what is new to the user, its settings, and titles. */
  inbox?: boolean | undefined;
}

/** Instead of messages, for who asks for all entries. */
interface EntryEvent {
  type: "entry";
  entry: Entry;
}

interface PlaceEvent<TType extends string> extends Place {
  type: TType;
}

interface MembershipEvent<TType extends string> extends PlaceEvent<TType> {
  user_id: string;
}

/** The title and the metadata of a conversation may have changed; `null` is none. */
interface DetailsEvent {
  type: "conversation";
  conversation_id: string;
  title: string | null;
  metadata: Metadata | null;
}

/**
 * First `ready`, or `reset` when the server continues from a restored backup. `conversation` is for who asks for all
 * entries.
 */
type ConversationEvent =
  | PlaceEvent<"ready">
  | PlaceEvent<"reset">
  | MessageEvent
  | EntryEvent
  | DetailsEvent;

/** Fields of the inbox; those after `mention_count` are left out where they are 0, `null` or `false`. */
interface HeadState {
  read_seq?: number | undefined;
  unread_count?: number | undefined;
  mention_count?: number | undefined;
  revision?: number | undefined;
  muted_until?: string | null | undefined;
  pinned?: boolean | undefined;
  archived?: boolean | undefined;
}

interface HeadPlace extends Place, HeadState {
  /** Set when the user joined since the last event received; the messages after it were sent since the joining. */
  joined_seq?: number | undefined;
}

/** For the user itself with all fields, for other members only with `read_seq`. */
interface ReadEvent {
  type: "read";
  conversation_id: string;
  user_id: string;
  read_seq: number;
  revision?: number | undefined;
  unread_count?: number | undefined;
  mention_count?: number | undefined;
}

interface SettingsEvent extends MemberSettings {
  type: "settings";
}

interface UnreadEvent extends UnreadTotals {
  type: "unread";
}

/**
 * First `heads`, the last of them `complete`; or `reset` as for a conversation. The last four are for who asks for the
 * inbox.
 */
type UserEvent =
  | { type: "heads"; heads: HeadPlace[]; complete: boolean }
  | { type: "reset"; conversation_id: null; last_seq: 0 }
  | MessageEvent
  | EntryEvent
  | MembershipEvent<"joined">
  | MembershipEvent<"left">
  | ReadEvent
  | SettingsEvent
  | UnreadEvent
  | DetailsEvent;

interface Line {
  id: string;
  user_id: string;
  conversation_id?: string | null | undefined;
  /** ISO 8601; it is kept. */
  timestamp?: string | undefined;
}

interface ChangeLine extends Line {
  /** The position of the message that it changes. */
  target_seq: number;
}

interface MessageLine extends Line {
  kind?: "message" | undefined;
  content: string;
  reply_to?: number | undefined;
  thread_seq?: number | undefined;
  mentions?: Mentions | undefined;
  metadata?: Metadata | undefined;
}

interface EditLine extends ChangeLine {
  kind: "edit";
  content?: string | undefined;
  metadata?: Metadata | null | undefined;
}

interface ReactionLine extends ChangeLine {
  kind: "reaction";
  key: string;
  added: boolean;
}

interface ImportInput {
  /** 1 to 1,000. */
  messages: (MessageLine | EditLine | ReactionLine | (ChangeLine & { kind: "deletion" }))[];
}

interface ImportOutput {
  /** The result of each, in the given order. */
  results: (
    | { status: "stored" }
    | { status: "existing" }
    | { status: "refused"; detail: string }
  )[];
}

/**
 * The type of the server's tRPC router, for a tRPC client of your own.
 * @example
 * ```ts
 * import type { AppRouter } from "@chatnest/client/trpc";
 * import { createTRPCClient, httpLink } from "@trpc/client";
 *
 * const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: "http://localhost:8000/trpc" })] });
 * await trpc.messages.send.mutate({ user_id: "ada", content: "Hello", conversation_id: "tea" });
 * ```
 */
export type AppRouter = TRPCBuiltRouter<
  Root,
  {
    messages: {
      send: Mutation<"messages.send">;
      page: Query<"messages.page">;
      get: Query<"messages.get">;
      edit: Mutation<"messages.edit">;
      delete: Mutation<"messages.delete">;
      react: Mutation<"messages.react">;
      unreact: Mutation<"messages.unreact">;
      replies: Query<"messages.replies">;
      reactions: Query<"messages.reactions">;
      versions: Query<"messages.versions">;
      import: TRPCMutationProcedure<Def<ImportInput, ImportOutput>>;
    };
    log: { page: Query<"log.page"> };
    conversations: {
      create: Mutation<"conversations.create">;
      get: Query<"conversations.get">;
      page: Query<"conversations.page">;
      addMember: Mutation<"conversations.addMember">;
      update: Mutation<"conversations.update">;
      updateMember: Mutation<"conversations.updateMember">;
      removeMember: TRPCMutationProcedure<Def<MemberInput, void>>;
    };
    reads: {
      mark: Mutation<"reads.mark">;
      markUnread: Mutation<"reads.markUnread">;
      page: Query<"reads.page">;
      totals: Query<"reads.totals">;
    };
    notes: {
      send: Mutation<"notes.send">;
      page: Query<"notes.page">;
      get: Query<"notes.get">;
    };
    live: {
      conversation: Subscription<
        { conversation_id: string; after?: string | undefined } & Entries,
        ConversationEvent
      >;
      user: Subscription<{ user_id: string } & Entries & WithInbox, UserEvent>;
    };
  }
>;
