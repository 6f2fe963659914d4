import type { ConversationPageInput, PageBounds } from "./contract.ts";
import type { CallOptions } from "./transport.ts";

interface Page<TPage> {
  next: ((options?: CallOptions) => Promise<TPage>) | null;
}

/** Hands out what is on a page and on all that follow it, each of which is fetched when it is needed. */
export async function* listAll<TPage extends Page<TPage>, TItem>(
  readFirst: () => Promise<TPage>,
  itemsOf: (page: TPage) => TItem[],
  options: CallOptions | undefined,
): AsyncGenerator<TItem> {
  let page: TPage | undefined = await readFirst();
  while (page) {
    yield* itemsOf(page);
    page = await page.next?.(options);
  }
}

// Few round trips for a long list, little to throw away for who stops early.
const pageSize = 200;
const messagesPerPage = 2_000;

/** Asks for the first page of a range of a log, oldest first. */
export function toFirstPage<TInput extends PageBounds>(input: TInput): TInput {
  const { after = 0, limit = pageSize } = input;
  return { ...input, after, limit };
}

/** Asks for the first page of an inbox, the smaller the more messages each conversation carries. */
export function toFirstInboxPage<TInput extends Omit<ConversationPageInput, "user_id">>(
  input: TInput,
): TInput {
  const { messages = 50 } = input;
  const fitting = Math.floor(messagesPerPage / Math.max(1, messages));
  return { ...input, limit: input.limit ?? Math.min(pageSize, fitting) };
}
