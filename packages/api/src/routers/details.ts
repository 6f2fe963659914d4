import { conversationStream } from "@chatnest/db";
import { z } from "zod";
import { readReactorPage, readReplies, readVersions } from "../details.ts";
import { type RestQuery, toLinkHeaders } from "../rest.ts";
import { pageToRest } from "../rest-page.ts";
import * as changes from "../schemas/changes.ts";
import * as messages from "../schemas/messages.ts";
import * as reactions from "../schemas/reactions.ts";
import { procedure } from "../trpc.ts";

const tag = "messages";
const path = "/messages/{conversation_id}/{seq}";

/** What belongs to one message. */
export const details = {
  reactions: procedure("messages.reactions")
    .meta({
      rest: {
        method: "GET",
        path: `${path}/reactions`,
        tag,
        summary: "Who reacts to a message",
        success: { 200: "By key, then in the order they reacted" },
        body: z.array(reactions.Reactor),
        errors: ["not_found"],
        hasLinks: true,
        toRest({ reactions: body, next }: reactions.ReactorPage, query: RestQuery) {
          return { status: 200, headers: toLinkHeaders({ prev: null, next }, query), body };
        },
      },
    })
    .input(reactions.ReactorPageInput)
    .output(reactions.ReactorPage)
    .query(({ ctx, input: { conversation_id, seq, ...range } }) =>
      readReactorPage(ctx.store, { stream: conversationStream(conversation_id), seq }, range),
    ),

  replies: procedure("messages.replies")
    .meta({
      rest: {
        method: "GET",
        path: `${path}/replies`,
        tag,
        summary: "A page of the thread that a message started",
        description: "Replies outlive the message: they can be read when it is deleted.",
        success: { 200: "Oldest first; empty when there are none" },
        body: z.array(messages.Message),
        errors: ["not_found"],
        hasLinks: true,
        toRest: pageToRest,
      },
    })
    .input(messages.ReplyPageInput)
    .output(messages.MessagePage)
    .query(({ ctx, input: { conversation_id, seq, ...range } }) =>
      readReplies(ctx.store, { stream: conversationStream(conversation_id), seq }, range),
    ),

  versions: procedure("messages.versions")
    .meta({
      rest: {
        method: "GET",
        path: `${path}/versions`,
        tag,
        summary: "The texts that a message has and had",
        description:
          "The newest ones, where there are more than 1,000, or all together would be longer than 1 MiB. The log has the others.",
        success: { 200: "Oldest first; the last one is current" },
        body: z.array(changes.Version),
        errors: ["not_found"],
        toRest({ versions }: z.infer<typeof changes.VersionsOutput>) {
          return { status: 200, body: versions };
        },
      },
    })
    .input(messages.GetMessageInput)
    .output(changes.VersionsOutput)
    .query(async ({ ctx, input: { conversation_id, seq } }) => {
      const place = { stream: conversationStream(conversation_id), seq };
      return { versions: await readVersions(ctx.store, place) };
    }),
};
