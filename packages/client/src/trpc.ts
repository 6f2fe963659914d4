import type {
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from "@trpc/server";
import type { MemberInput, Mutations, Queries } from "./contract.ts";
import type { Message, Metadata } from "./entities.ts";
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

/** First `ready`, or `reset` when the server continues from a restored backup. */
type ConversationEvent = PlaceEvent<"ready"> | PlaceEvent<"reset"> | MessageEvent | EntryEvent;

interface HeadPlace extends Place {
  /** Set when the user joined since the last event received; the messages after it were sent since the joining. */
  joined_seq?: number | undefined;
}

/** First `heads`, the last of them `complete`; or `reset` as for a conversation. */
type UserEvent =
  | { type: "heads"; heads: HeadPlace[]; complete: boolean }
  | { type: "reset"; conversation_id: null; last_seq: 0 }
  | MessageEvent
  | EntryEvent
  | MembershipEvent<"joined">
  | MembershipEvent<"left">;

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
      removeMember: TRPCMutationProcedure<Def<MemberInput, void>>;
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
      user: Subscription<{ user_id: string } & Entries, UserEvent>;
    };
  }
>;
