import { readTimeoutMs } from "../../deadlines.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { MessageStore } from "../../ports/messages.ts";
import type { Connection } from "../connection/connection.ts";
import { isMessage } from "../entry-documents.ts";
import { readLogHeads } from "../log/heads.ts";
import { type CurrentPage, fillCurrent, readCurrent } from "./current.ts";
import { readReactors } from "./reactors.ts";
import { toCurrentMessages } from "./states.ts";
import { readVersions } from "./versions.ts";

/** Opens the messages. Each is read in one causal session: an election may lie between two reads. */
export function openMessages(connection: Connection): MessageStore {
  const startSession = () => connection.client.startSession({ causalConsistency: true });

  return {
    async page(stream, range) {
      await using session = startSession();
      return await readCurrent(connection, { stream, ...range }, session);
    },

    async readOn(stream, { after, ...range }) {
      await using session = startSession();
      const { before } = range;
      const page: CurrentPage = new ChunkedPage({ stream, from: "oldest", after, ...range });
      await fillCurrent(connection, page, session);
      const found = page.items;
      const reached = found.at(-1)?.seq ?? after;
      if (!page.isEnd || reached + 1 === before) return { messages: found, read_to: reached };
      // The second read sees every entry up to the head.
      const head = (await readLogHeads(connection, [stream], session)).get(stream)?.seq ?? 0;
      const readTo = Math.min(head, (before ?? Number.POSITIVE_INFINITY) - 1);
      if (readTo <= reached) return { messages: found, read_to: reached };
      page.extend({ after: reached, before: readTo + 1 });
      await fillCurrent(connection, page, session);
      const messages = page.items;
      return { messages, read_to: page.isEnd ? readTo : (messages.at(-1)?.seq ?? reached) };
    },

    async get(stream, seq) {
      await using session = startSession();
      const document = await connection.messages.findOne(
        { stream, seq },
        { session, maxTimeMS: readTimeoutMs },
      );
      if (!document || !isMessage(document)) return null;
      const [message] = await toCurrentMessages(connection, [document], session);
      return message ?? null;
    },

    async versions(stream, seq) {
      return readVersions(connection, stream, seq);
    },

    async reactors(stream, seq, range) {
      await using session = startSession();
      return await readReactors(connection, { stream, seq, ...range }, session);
    },
  };
}
