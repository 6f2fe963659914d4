import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { MessageStore } from "../../ports/messages.ts";
import { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import { type EntryDocument, isMessage } from "../entry-documents.ts";
import { readLogHeads } from "../log/heads.ts";
import { type CurrentPage, fillCurrent, readCurrent } from "./current.ts";
import { readReactors } from "./reactors.ts";
import { toCurrentMessages } from "./states.ts";
import { readVersions } from "./versions.ts";

/** Opens the messages. */
export function openMessages(connection: Connection): MessageStore {
  return {
    async page(stream, range) {
      await using reads = new CausalReads(connection);
      return await readCurrent(connection, { stream, ...range }, reads);
    },

    async readOn(stream, { after, ...range }) {
      await using reads = new CausalReads(connection);
      const { before } = range;
      const page: CurrentPage = new ChunkedPage({ stream, from: "oldest", after, ...range });
      await fillCurrent(connection, page, reads);
      const found = page.items;
      const reached = found.at(-1)?.seq ?? after;
      if (!page.isEnd || reached + 1 === before) return { messages: found, read_to: reached };
      // The second read sees every entry up to the head.
      const head = (await readLogHeads(connection, [stream], reads.session)).get(stream)?.seq ?? 0;
      const readTo = Math.min(head, (before ?? Number.POSITIVE_INFINITY) - 1);
      if (readTo <= reached) return { messages: found, read_to: reached };
      page.extend({ after: reached, before: readTo + 1 });
      await fillCurrent(connection, page, reads);
      const messages = page.items;
      return { messages, read_to: page.isEnd ? readTo : (messages.at(-1)?.seq ?? reached) };
    },

    async get(stream, seq) {
      await using reads = new CausalReads(connection);
      const [document] = await reads.rows<EntryDocument>({
        find: connection.messages.collectionName,
        filter: { stream, seq },
        limit: 1,
        singleBatch: true,
      });
      if (!document || !isMessage(document)) return null;
      const [message] = await toCurrentMessages(connection, [document], reads);
      return message ?? null;
    },

    async versions(stream, seq) {
      return readVersions(connection, stream, seq);
    },

    async reactors(stream, seq, range) {
      await using reads = new CausalReads(connection);
      return await readReactors(connection, { stream, seq, ...range }, reads.session);
    },
  };
}
