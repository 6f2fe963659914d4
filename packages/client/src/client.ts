import { type Conversations, createConversations } from "./conversations.ts";
import { createIdentity, type KnownUser, type NamedUser } from "./http/identity.ts";
import { createRequests } from "./http/request.ts";
import type { Token } from "./http/token.ts";
import { createTransport } from "./http/transport.ts";
import { createLiveConversation, type LiveConversation } from "./live/conversation.ts";
import { createLiveUser, type LiveUser } from "./live/user.ts";
import { createMessages, type Messages } from "./messages.ts";
import { createNotes, type Notes } from "./notes.ts";
import type { Fetch, FetchLike } from "./platform.ts";

/** How often a call that may be repeated is tried: after network errors, time-outs, 408, 429 and 5xx. */
export interface RetryOptions {
  /** How often at most, the first try included. @default as often as there is time for */
  tries?: number | undefined;
  /** The wait after the first try; it doubles, and is at random up to that. @default 250 */
  baseMs?: number | undefined;
  /** What that doubling ends at; a `Retry-After` of the server comes on top. @default 5000 */
  maxMs?: number | undefined;
}

/** How to reach a ChatNest server. */
export interface ChatClientOptions {
  /** Where the server is, such as `http://localhost:8000`; in a browser it may be relative: `""` is the page's own origin. */
  url: string;
  /** Who the calls are made as when they do not say. @default the `sub` of the token, if it is a JWT */
  userId?: string | undefined;
  /** The token of a user or the key of a server, sent in a header; a function is called again after a 401. */
  token?: Token | undefined;
  /** Carries the requests. @default the platform's own */
  fetch?: Fetch | undefined;
  /** How long a call may take, its repeats included; one try may take half of it. @default 30000 */
  timeoutMs?: number | undefined;
  /** `false`: every call is tried once. */
  retry?: RetryOptions | false | undefined;
}

/** What a ChatNest server can be asked. Every call throws a ChatError and nothing else. */
export interface ChatClient<in TUser extends KnownUser = NamedUser> {
  readonly messages: Messages<TUser>;
  readonly conversations: Conversations<TUser>;
  readonly notes: Notes<TUser>;
  /** Names a conversation, to follow what happens in it. */
  conversation(conversation_id: string): LiveConversation;
  /** Names a user, to follow what happens in all their conversations. */
  user(user_id: string): LiveUser;
  /** Names the client's own user. */
  user(this: ChatClient<KnownUser>): LiveUser;
}

/**
 * Makes a client of a ChatNest server. It holds no connection, so there is nothing to close. With a `userId` or a token,
 * `user_id` may be left out where it says who acts.
 * @throws ChatError `bad_request` when the `url` is none, or no header can carry the `token`.
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
  // Whatever the platform calls its fetch, the client uses only the part that it declares.
  const requests = createRequests({ url, token, fetch: fetch as FetchLike | undefined });
  const identity = createIdentity(requests, options);
  const { tries = Number.POSITIVE_INFINITY, baseMs = 250, maxMs = 5_000 } = retry || { tries: 1 };
  const bounds = { tries, baseMs, maxMs };
  const transport = createTransport(requests, { identity, timeoutMs, bounds });
  return {
    messages: createMessages(transport, identity),
    conversations: createConversations(transport),
    notes: createNotes(transport, identity),
    conversation: (conversation_id) => createLiveConversation(requests, conversation_id),
    user: (user_id?: string) => createLiveUser({ requests, transport, identity }, user_id),
  };
}
