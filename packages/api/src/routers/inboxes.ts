import { z } from "zod";
import { readInbox, readInboxPage } from "../inbox.ts";
import { type RestQuery, toLinkHeaders } from "../rest.ts";
import * as schemas from "../schemas/inboxes.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { procedure } from "../trpc.ts";

// The whole inbox or a page, at the same path.
const inbox = {
  method: "GET",
  path: "/conversations/{user_id}",
  tag: "conversations",
  summary: "All conversations of a user, or a page of them",
  success: { 200: "Pinned ones first, then the most recently active; empty when there are none" },
  body: z.array(schemas.InboxConversation),
} as const;

/** The conversations of a user, each with what is new to it. */
export const inboxes = {
  all: procedure("conversations.all")
    .meta({ rest: inbox })
    .input(schemas.AllConversationsInput)
    .output(streamedArray(schemas.InboxConversation))
    .query(({ ctx, input }) => readInbox(ctx.store, input.user_id, input)),

  page: procedure("conversations.page")
    .meta({
      rest: {
        ...inbox,
        when: ["limit", "cursor", "archived", "unread"],
        hasLinks: true,
        toRest({ conversations, next }: schemas.ConversationPage, query: RestQuery) {
          const headers = toLinkHeaders({ prev: null, next }, query);
          return { status: 200, headers, body: conversations };
        },
      },
    })
    .input(schemas.ConversationPageInput)
    .output(schemas.ConversationPage)
    .query(({ ctx, input }) => readInboxPage(ctx.store, input.user_id, input)),
};
