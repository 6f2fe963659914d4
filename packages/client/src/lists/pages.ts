import type {
  Conversation,
  ConversationPageOutput,
  Message,
  MessagePageOutput,
  PageBounds,
} from "../contract.ts";
import type { CallOptions } from "../http/transport.ts";

/** A page of messages, oldest first. */
export interface MessagePage {
  messages: Message[];
  /** Reads the previous page; `null` at the beginning of the log. */
  prev: ((options?: CallOptions) => Promise<MessagePage>) | null;
  /** Reads the next page; `null` at the end of the log or the range. */
  next: ((options?: CallOptions) => Promise<MessagePage>) | null;
}

/** A page of a user's conversations, most recently active first. */
export interface ConversationPage {
  conversations: Conversation[];
  /** The end of this page, to continue from in a later visit; `null` on the last page. */
  cursor: string | null;
  /** Reads the next page; `null` on the last page. */
  next: ((options?: CallOptions) => Promise<ConversationPage>) | null;
}

interface Bounds {
  before: number | undefined;
  after: number | undefined;
}

/** Reads a page of a log; `read` fetches the page with other bounds. */
export async function readMessagePage(
  read: (bounds: Bounds, options: CallOptions | undefined) => Promise<MessagePageOutput>,
  { before, after }: PageBounds,
  options: CallOptions | undefined,
): Promise<MessagePage> {
  const { messages, prev, next } = await read({ before, after }, options);
  return { messages, prev: prev && toReader(prev), next: next && toReader(next) };

  function toReader(bounds: PageBounds) {
    return (pageOptions?: CallOptions) => readMessagePage(read, bounds, pageOptions);
  }
}

/** Reads a page of an inbox; `read` fetches the page at another cursor. */
export async function readConversationPage(
  read: (
    cursor: string | undefined,
    options: CallOptions | undefined,
  ) => Promise<ConversationPageOutput>,
  cursor: string | undefined,
  options: CallOptions | undefined,
): Promise<ConversationPage> {
  const { conversations, next } = await read(cursor, options);
  if (!next) return { conversations, cursor: null, next };
  return {
    conversations,
    cursor: next.cursor,
    next: (pageOptions) => readConversationPage(read, next.cursor, pageOptions),
  };
}
