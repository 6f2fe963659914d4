import type { ConversationPageOutput, MessagePageOutput, PageBounds } from "../contract.ts";
import type { InboxConversation, MemberRead, Message } from "../entities.ts";
import type { CallOptions } from "../http/transport.ts";

/** A page of messages, oldest first. */
export interface MessagePage {
  messages: Message[];
  /** Reads the previous page; `null` at the beginning of the log. */
  prev: ((options?: CallOptions) => Promise<MessagePage>) | null;
  /** Reads the next page; `null` at the end of the log or the range. */
  next: ((options?: CallOptions) => Promise<MessagePage>) | null;
}

/** A page of a user's conversations: pinned ones first, then the most recently active. */
export interface ConversationPage {
  conversations: InboxConversation[];
  /** The end of this page, to continue from in a later visit; `null` on the last page. */
  cursor: string | null;
  /** Reads the next page; `null` on the last page. */
  next: ((options?: CallOptions) => Promise<ConversationPage>) | null;
}

/** A page of how far the members of a conversation have read, in the order they joined. */
export interface ReadPage {
  reads: MemberRead[];
  /** Reads the next page; `null` on the last page. */
  next: ((options?: CallOptions) => Promise<ReadPage>) | null;
}

/** A page that the server sent, and the call that reads the next one. */
type Linked<TOutput> = Omit<TOutput, "next"> & {
  next: ((options?: CallOptions) => Promise<Linked<TOutput>>) | null;
};

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

/** Returns the call that reads a page and those after it, whose `next` is what to change of the input. */
export function toPages<TInput, TOutput extends { next: Partial<TInput> | null }>(
  read: (input: TInput, options: CallOptions | undefined) => Promise<TOutput>,
  input: TInput,
): (options?: CallOptions) => Promise<Linked<TOutput>> {
  return async (options) => {
    const { next, ...page } = await read(input, options);
    return { ...page, next: next && toPages(read, { ...input, ...next }) };
  };
}
