import { conversationStream } from "@chatnest/db";
import { z } from "zod";
import { readLogPage } from "../log-page.ts";
import { type RestQuery, toLinkHeaders } from "../rest.ts";
import { Entry, LogPage, LogPageInput } from "../schemas/entries.ts";
import { procedure, router } from "../trpc.ts";

/** The logs of conversations, as they were written. */
export const log = router({
  page: procedure("log.page")
    .meta({
      rest: {
        method: "GET",
        path: "/messages/{conversation_id}/log",
        tag: "messages",
        summary: "A page of the log of a conversation",
        description:
          "Every entry, not only messages. A client that holds a conversation up to a `seq`, and reads what comes after it, has missed nothing. Each entry has the whole new state of what it changes. Entries whose text was erased are `erased`, with an empty `content`.",
        success: { 200: "Oldest first, without holes; empty when there are none" },
        body: z.array(Entry),
        hasLinks: true,
        toRest({ entries, next }: LogPage, query: RestQuery) {
          return {
            status: 200,
            headers: toLinkHeaders({ prev: null, next }, query),
            body: entries,
          };
        },
      },
    })
    .input(LogPageInput)
    .output(LogPage)
    .query(({ ctx, input: { conversation_id, ...range } }) =>
      readLogPage(ctx.store, conversationStream(conversation_id), range),
    ),
});
