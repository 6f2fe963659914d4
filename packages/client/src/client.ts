import { type Conversations, createConversations } from "./conversations.ts";
import { createIdentity, type KnownUser, type NamedUser } from "./http/identity.ts";
import { createRequests } from "./http/request.ts";
import type { Token } from "./http/token.ts";
import { createTransport } from "./http/transport.ts";
import { createInbox } from "./inbox/create-inbox.ts";
import type { Inbox, InboxOptions } from "./inbox/inbox-list.ts";
import { createLiveConversation, type LiveConversation } from "./live/conversation.ts";
import { createLiveUser, type LiveUser } from "./live/user.ts";
import { createMessages, type Messages } from "./messages.ts";
import { createNotes, type Notes } from "./notes.ts";
import type { Fetch, FetchLike } from "./platform.ts";
import { createReads, type Reads } from "./reads.ts";

/** How calls that are safe to repeat are retried after network errors, timeouts and the statuses 408, 429 and 5xx. */
export interface RetryOptions {
  /** Maximum number of attempts, the first one included. @default as many as `timeoutMs` allows */
  tries?: number | undefined;
  /** Bound of the wait after the first attempt, in ms; it doubles each time. Waits are random. @default 250 */
  baseMs?: number | undefined;
  /** The largest bound, in ms; the server's `Retry-After` is added to the wait. @default 5000 */
  maxMs?: number | undefined;
}

/** How to reach a ChatNest server. */
export interface ChatClientOptions {
  /** URL of the server, such as `http://localhost:8000`; in a browser it may be relative: `""` is the page's origin. */
  url: string;
  /** The user that calls act as unless they name one. @default the `sub` of the token, if it is a JWT */
  userId?: string | undefined;
  /** A user token or a server key, sent in the `Authorization` header. A function is called again after a 401. */
  token?: Token | undefined;
  /** Sends the requests. @default the platform's own `fetch` */
  fetch?: Fetch | undefined;
  /** Time limit of a call in ms, retries included; one attempt may use half of it. @default 30000 */
  timeoutMs?: number | undefined;
  /** `false` tries every call once. */
  retry?: RetryOptions | false | undefined;
}

/** A client of a ChatNest server. Its calls throw a ChatError and nothing else. */
export interface ChatClient<in TUser extends KnownUser = NamedUser> {
  readonly messages: Messages<TUser>;
  readonly conversations: Conversations<TUser>;
  readonly notes: Notes<TUser>;
  readonly reads: Reads<TUser>;
  /** Selects a conversation, to show its messages or to follow its events. */
  conversation(conversation_id: string): LiveConversation;
  /** Selects a user, to follow the events of all their conversations. */
  user(user_id: string): LiveUser;
  /** Selects the client's own user. */
  user(this: ChatClient<KnownUser>): LiveUser;
  /**
   * Returns the inbox of a user as a list that keeps itself current: see {@link Inbox}.
   * @example
   * ```tsx
   * const inbox = useMemo(() => chat.inbox({ user_id: "ada", archived: false }), []);
   * const { conversations, totals } = useSyncExternalStore(inbox.subscribe, inbox.getSnapshot);
   * ```
   */
  inbox(options: InboxOptions & NamedUser): Inbox;
  /** Returns the inbox of the client's own user. */
  inbox(this: ChatClient<KnownUser>, options?: InboxOptions): Inbox;
}

/**
 * Creates a client of a ChatNest server. It holds no connection, so there is nothing to close. With a `userId` or a
 * token, the `user_id` of the acting user may be omitted.
 * @throws ChatError `bad_request` when `url` is not a URL, or `token` cannot be sent in a header.
 * @example
 * ```ts
 * const chat = createChatClient({ url: "http://localhost:8000" });
 * await chat.messages.send({ user_id: "ada", content: "Hello", conversation_id: "tea" });
 * ```
 */
export function createChatClient(
  options: ChatClientOptions & ({ userId: string } | { token: Token }),
): ChatClient<KnownUser>;
export function createChatClient(options: ChatClientOptions): ChatClient;
export function createChatClient(options: ChatClientOptions): ChatClient<KnownUser> {
  const { url, fetch, token, timeoutMs = 30_000, retry = {} } = options;
  // The platform's type of `fetch` may be wider; the client uses only what FetchLike declares.
  const requests = createRequests({ url, token, fetch: fetch as FetchLike | undefined });
  const identity = createIdentity(requests, options);
  const { tries = Number.POSITIVE_INFINITY, baseMs = 250, maxMs = 5_000 } = retry || { tries: 1 };
  const bounds = { tries, baseMs, maxMs };
  const transport = createTransport(requests, { identity, timeoutMs, bounds });
  const messages = createMessages(transport, identity);
  const conversations = createConversations(transport);
  const reads = createReads(transport);
  return {
    messages,
    conversations,
    reads,
    notes: createNotes(transport, identity),
    conversation: (conversation_id) =>
      createLiveConversation({ requests, messages, identity }, conversation_id),
    user: (user_id?: string) => createLiveUser({ requests, transport, identity }, user_id),
    inbox: (options?: InboxOptions) =>
      createInbox({ requests, transport, identity, conversations, reads }, options),
  };
}
