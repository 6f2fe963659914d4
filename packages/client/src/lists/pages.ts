import type {
  Conversation,
  ConversationPageOutput,
  Message,
  MessagePageOutput,
  PageBounds,
} from "../contract.ts";
import type { CallOptions } from "../http/transport.ts";

/** Some neighbouring messages of a log, oldest first. */
export interface MessagePage {
  messages: Message[];
  /** Reads the page before this one; `null` where the log begins. */
  prev: ((options?: CallOptions) => Promise<MessagePage>) | null;
  /** Reads the page after this one; `null` where the log, or the range asked for, ended. */
  next: ((options?: CallOptions) => Promise<MessagePage>) | null;
}

/** Some conversations of a user, most recently active first. */
export interface ConversationPage {
  conversations: Conversation[];
  /** Where this page ends, to go on from in a later visit; `null` when it is the last. */
  cursor: string | null;
  /** Reads the page after this one; `null` when this is the last. */
  next: ((options?: CallOptions) => Promise<ConversationPage>) | null;
}

interface Bounds {
  before: number | undefined;
  after: number | undefined;
}

/** Reads a page of a log; `read` asks the server for the same with other bounds. */
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

/** Reads a page of an inbox; `read` asks the server for the same from another place. */
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
