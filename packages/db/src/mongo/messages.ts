import { readTimeoutMs } from "../deadlines.ts";
import type { MessageStore } from "../ports/messages.ts";
import type { Connection } from "./connection/connection.ts";
import { toMessage } from "./documents.ts";
import { readLogHeads } from "./log-heads.ts";
import { readLogPage } from "./log-pages.ts";

/** Opens the messages. */
export function openMessages(connection: Connection): MessageStore {
  return {
    async page(stream, range) {
      return (await readLogPage(connection, { stream, ...range })).map(toMessage);
    },

    async readOn(stream, { after, before, limit }) {
      const range = {
        stream,
        limit,
        from: "oldest",
        ...(before !== undefined && { before }),
      } as const;
      const found = await readLogPage(connection, { ...range, after });
      const reached = found.at(-1)?.seq ?? after;
      const isAll = found.length === limit || reached + 1 === before;
      if (isAll) return { messages: found.map(toMessage), read_to: reached };
      // In one causal session: the second read sees every entry up to the head, also after an election.
      await using session = connection.client.startSession({ causalConsistency: true });
      const head = (await readLogHeads(connection, [stream], session)).get(stream)?.seq ?? 0;
      const readTo = Math.min(head, (before ?? Number.POSITIVE_INFINITY) - 1);
      if (readTo <= reached) return { messages: found.map(toMessage), read_to: reached };
      const rest = { ...range, after: reached, before: readTo + 1, limit: limit - found.length };
      const documents = [...found, ...(await readLogPage(connection, rest, session))];
      const isFull = documents.length === limit;
      return {
        messages: documents.map(toMessage),
        read_to: isFull ? (documents.at(-1)?.seq ?? reached) : readTo,
      };
    },

    async get(stream, seq) {
      const document = await connection.messages.findOne(
        { stream, seq },
        { maxTimeMS: readTimeoutMs },
      );
      return document && toMessage(document);
    },
  };
}
