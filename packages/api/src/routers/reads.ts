import { z } from "zod";
import { asMember } from "../as-member.ts";
import { given } from "../given.ts";
import { readReadPage } from "../reading.ts";
import { type RestQuery, toLinkHeaders } from "../rest.ts";
import * as schemas from "../schemas/reads.ts";
import { procedure, router } from "../trpc.ts";

const tag = "reads";

// One path, and one of two bodies.
const marks = {
  method: "PUT",
  path: "/messages/{conversation_id}/reads/{user_id}",
  tag,
  summary: "Mark a conversation as read or unread",
  description: `With \`read_seq\`, the user has read everything up to this position. Marks only move forward, so they can be repeated and may arrive late.

With \`unread_from\`, everything from this position on is unread. The \`revision\` rises: a mark with an older \`revision\`, perhaps of another device, then changes nothing.

A user has also read what it has sent, with everything before it. Who joins has read what was there.`,
  success: { 200: "How far the user has read now, and what is unread" },
  body: schemas.ReadState,
  errors: ["not_found"],
} as const;

/** How far members have read, and what is new to them. */
export const reads = router({
  mark: procedure("reads.mark")
    .meta({ rest: { ...marks } })
    .input(schemas.MarkReadInput)
    .output(schemas.ReadState)
    .mutation(({ ctx, input: { conversation_id, user_id, ...mark } }) =>
      asMember(ctx, ctx.store.reads.mark({ conversation_id, user_id }, given(mark))),
    ),

  markUnread: procedure("reads.markUnread")
    .meta({ rest: { ...marks, when: ["unread_from"] } })
    .input(schemas.MarkUnreadInput)
    .output(schemas.ReadState)
    .mutation(({ ctx, input: { conversation_id, user_id, ...mark } }) =>
      asMember(ctx, ctx.store.reads.mark({ conversation_id, user_id }, mark)),
    ),

  page: procedure("reads.page")
    .meta({
      rest: {
        method: "GET",
        path: "/messages/{conversation_id}/reads",
        tag,
        summary: "How far the members of a conversation have read",
        success: { 200: "In the order they joined; empty when there are none" },
        body: z.array(schemas.MemberRead),
        hasLinks: true,
        toRest({ reads: body, next }: schemas.ReadPage, query: RestQuery) {
          return { status: 200, headers: toLinkHeaders({ prev: null, next }, query), body };
        },
      },
    })
    .input(schemas.ReadPageInput)
    .output(schemas.ReadPage)
    .query(({ ctx, input: { conversation_id, ...range } }) =>
      readReadPage(ctx.store, conversation_id, range),
    ),

  totals: procedure("reads.totals")
    .meta({
      rest: {
        method: "GET",
        path: "/users/{user_id}/unread",
        tag,
        summary: "How much is new to a user",
        description: "Over all of its conversations that are neither archived nor muted.",
        success: { 200: "The totals" },
        body: schemas.UnreadTotals,
      },
    })
    .input(schemas.UnreadTotalsInput)
    .output(schemas.UnreadTotals)
    .query(({ ctx, input }) => ctx.store.reads.totals(input.user_id)),
});
