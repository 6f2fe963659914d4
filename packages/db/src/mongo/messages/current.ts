import type { Message } from "../../entities.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import { type MessageQuery, readMessagePage } from "./pages.ts";
import { toCurrentMessages } from "./states.ts";

/** A page of messages in their current state. */
export type CurrentPage = ChunkedPage<Message, MessageQuery>;

/** Reads part of the messages of a log, oldest first, in their current state. */
export async function readCurrent(
  connection: Pick<Connection, "messages" | "isRouted">,
  query: MessageQuery,
  reads: CausalReads,
): Promise<Message[]> {
  const page: CurrentPage = new ChunkedPage(query);
  await fillCurrent(connection, page, reads);
  return page.items;
}

/** Reads what is missing of a page. */
export async function fillCurrent(
  connection: Pick<Connection, "messages" | "isRouted">,
  page: CurrentPage,
  reads: CausalReads,
): Promise<void> {
  for (let part = page.next; part; part = page.next) {
    const documents = await readMessagePage(connection, part, reads);
    const messages = await toCurrentMessages(connection, documents, reads);
    // A deletion may have been stored after the documents were read, or its text may not be erased yet.
    const shown = part.deleted
      ? messages
      : messages.filter(({ deleted_at }) => deleted_at === undefined);
    page.add(shown, documents);
  }
}
