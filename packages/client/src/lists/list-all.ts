import type { ConversationPageInput, PageBounds } from "../contract.ts";
import { ChatError } from "../errors.ts";
import { type Ending, endWith } from "../http/abort.ts";
import type { CallOptions } from "../http/transport.ts";
import { returnEarly } from "./early-return.ts";

interface Page<TPage> {
  next: ((options?: CallOptions) => Promise<TPage>) | null;
}

/** Iterates over the items of a page and all pages after it; each page is fetched when it is needed. */
export function listAll<TPage extends Page<TPage>, TItem>(
  readFirst: (options: CallOptions) => Promise<TPage>,
  itemsOf: (page: TPage) => TItem[],
  options: CallOptions = {},
): AsyncGenerator<TItem, void> {
  const left = new ChatError("aborted", "the loop over the list was left");
  let reading: Ending | undefined;
  return returnEarly(run(), () => reading?.abort(left));

  async function* run(): AsyncGenerator<TItem, void> {
    let page = await read(readFirst);
    while (page) {
      yield* itemsOf(page);
      page = page.next ? await read(page.next) : undefined;
    }
  }

  async function read(readPage: (options: CallOptions) => Promise<TPage>) {
    reading = endWith(options.signal);
    try {
      return await readPage({ ...options, signal: reading.signal });
    } catch (error) {
      if (error !== left) throw error;
      return undefined;
    } finally {
      reading.release();
    }
  }
}

/** Few round trips for a long list, little waste for a loop that is left early. */
export const pageSize = 200;
const messagesPerPage = 2_000;

/** Returns the input that reads the first page of a range of a log, oldest first. */
export function toFirstPage<TInput extends PageBounds>(input: TInput): TInput {
  const { after = 0, limit = pageSize } = input;
  return { ...input, after, limit };
}

/** Returns the input that reads the first page of an inbox, smaller the more messages each conversation carries. */
export function toFirstInboxPage<TInput extends Omit<ConversationPageInput, "user_id">>(
  input: TInput,
): TInput {
  const { messages = 50 } = input;
  const fitting = Math.floor(messagesPerPage / Math.max(1, messages));
  return { ...input, limit: input.limit ?? Math.min(pageSize, fitting) };
}
