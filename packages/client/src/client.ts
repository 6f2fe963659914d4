import { type Conversations, createConversations } from "./conversations.ts";
import { createMessages, type Messages } from "./messages.ts";
import { createNotes, type Notes } from "./notes.ts";
import type { Fetch, FetchLike } from "./platform.ts";
import { createTransport } from "./transport.ts";

/** How to reach a ChatNest server. */
export interface ChatClientOptions {
  /** Where the server is, such as `http://localhost:8000`; in a browser `""` is the page's own origin. */
  url: string;
  /** Carries the requests. @default the platform's own */
  fetch?: Fetch | undefined;
}

/** The calls that a ChatNest server answers. Every one throws a ChatError and nothing else. */
export interface ChatClient {
  readonly messages: Messages;
  readonly conversations: Conversations;
  readonly notes: Notes;
}

/**
 * Makes a client of a ChatNest server. It holds no connection, so there is nothing to close.
 * @example
 * ```ts
 * const chat = createChatClient({ url: "http://localhost:8000" });
 * await chat.messages.send({ user_id: "ada", content: "Hello", conversation_id: "tea" });
 * ```
 */
export function createChatClient({ url, fetch }: ChatClientOptions): ChatClient {
  // Whatever the platform calls its fetch, the client uses only the part that it declares.
  const transport = createTransport(url, fetch as FetchLike | undefined);
  return {
    messages: createMessages(transport),
    conversations: createConversations(transport),
    notes: createNotes(transport),
  };
}
