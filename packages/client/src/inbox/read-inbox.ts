import type { InboxConversation, UnreadTotals } from "../entities.ts";
import type { CallOptions, Transport } from "../http/transport.ts";
import type { AbortSignalLike } from "../platform.ts";

/** Which inbox to read, and how. */
export interface ReadInboxOptions {
  transport: Transport;
  user_id: string | undefined;
  /** How many conversations are read at a time. */
  limit: number;
  /** How many `user_ids` each carries. */
  members: number;
  archived: boolean | undefined;
}

/** The beginning of an inbox. */
export interface InboxPart {
  rows: InboxConversation[];
  /** Where it goes on; `null` at its end. */
  cursor: string | null;
  totals: UnreadTotals;
}

/** How many conversations a page can have: the server's maximum. */
const pageMax = 1_000;

/** Reads a page of an inbox, each conversation with its newest message. */
export async function readPage(
  { transport, user_id, members, archived }: ReadInboxOptions,
  range: { limit: number; cursor: string | undefined },
  options: CallOptions,
): Promise<Omit<InboxPart, "totals">> {
  const input = { user_id, ...range, messages: 1, members, archived };
  const { conversations, next } = await transport.query("conversations.page", input, options);
  return { rows: conversations, cursor: next?.cursor ?? null };
}

/** Reads the beginning of an inbox, at least a number of conversations if there are as many; and then the totals. */
export async function readInbox(
  options: ReadInboxOptions,
  count: number,
  signal: AbortSignalLike,
): Promise<InboxPart> {
  const rows: InboxConversation[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(Math.max(options.limit, count - rows.length), pageMax);
    const page = await readPage(options, { limit, cursor: cursor ?? undefined }, { signal });
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null && rows.length < count);
  const { user_id } = options;
  const totals = await options.transport.query("reads.totals", { user_id }, { signal });
  return { rows, cursor, totals };
}
