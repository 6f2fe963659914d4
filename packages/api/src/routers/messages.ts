import { conversationStream } from "@chatnest/db";
import { z } from "zod";
import { ChatError, toChatError } from "../errors.ts";
import { readAll, readPage } from "../history.ts";
import { type RestAnswer, type RestQuery, toLinkHeaders } from "../rest.ts";
import * as schemas from "../schemas/messages.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { idempotencyKey, send } from "../sending.ts";
import { procedure, router } from "../trpc.ts";

const tag = "messages";

// The whole history or a page, at the same path.
const history = {
  method: "GET",
  path: "/messages/{conversation_id}",
  tag,
  summary: "All messages of a conversation, or a page of them",
  success: { 200: "Oldest first; empty when there are none" },
} as const;

/** Messages of conversations: one ordered log for each. */
export const messages = router({
  send: procedure("messages.send")
    .meta({
      rest: {
        method: "POST",
        path: "/messages/",
        tag,
        summary: "Send a message",
        success: { 201: "Stored", 200: "The same message was stored before" },
        body: schemas.Message,
        errors: ["conflict"],
        headers: [idempotencyKey],
        takes: schemas.SendMessageBody,
        toRest({ message, created }: z.infer<typeof schemas.SendMessageOutput>) {
          return { status: created ? 201 : 200, body: message };
        },
      },
    })
    .input(schemas.SendMessageInput)
    .output(schemas.SendMessageOutput)
    .mutation(({ ctx, input }) =>
      send(ctx, { ...input, conversation_id: input.conversation_id ?? null }),
    ),

  all: procedure("messages.all")
    .meta({
      rest: {
        ...history,
        body: z.array(schemas.Message),
      },
    })
    .input(schemas.AllMessagesInput)
    .output(streamedArray(schemas.Message))
    .query(({ ctx, input }) => readAll(ctx.store, conversationStream(input.conversation_id))),

  page: procedure("messages.page")
    .meta({
      rest: {
        ...history,
        when: ["limit", "before", "after"],
        body: z.array(schemas.Message),
        hasLinks: true,
        toRest: pageToRest,
      },
    })
    .input(schemas.MessagePageInput)
    .output(schemas.MessagePage)
    .query(({ ctx, input }) =>
      readPage(ctx.store, conversationStream(input.conversation_id), input),
    ),

  get: procedure("messages.get")
    .meta({
      rest: {
        method: "GET",
        path: "/messages/{conversation_id}/{seq}",
        tag,
        summary: "One message",
        success: { 200: "The message at this position" },
        body: schemas.Message,
        errors: ["not_found"],
      },
    })
    .input(schemas.GetMessageInput)
    .output(schemas.Message)
    .query(async ({ ctx, input }) => {
      const message = await ctx.store.messages.get(
        conversationStream(input.conversation_id),
        input.seq,
      );
      if (!message) throw new ChatError("not_found", "there is no message at this position");
      return message;
    }),

  import: procedure("messages.import")
    .input(schemas.ImportMessagesInput)
    .output(schemas.ImportMessagesOutput)
    .mutation(async ({ ctx, input }) => {
      // Appended together, so that they share groups. Each log keeps the given order.
      const outcomes = await Promise.allSettled(
        input.messages.map(({ timestamp, ...message }) =>
          ctx.store.log.append({
            ...message,
            kind: "message",
            conversation_id: message.conversation_id ?? null,
            ...(timestamp !== undefined && { timestamp }),
          }),
        ),
      );
      return { results: outcomes.map(toImportResult) };
    }),
});

/** Converts a page of a log to an array with links to the pages beside it. */
export function pageToRest(
  { messages, prev, next }: schemas.MessagePage,
  query: RestQuery,
): RestAnswer {
  return { status: 200, headers: toLinkHeaders({ prev, next }, query), body: messages };
}

function toImportResult(
  outcome: PromiseSettledResult<{ created: boolean }>,
): schemas.ImportMessagesOutput["results"][number] {
  if (outcome.status === "fulfilled") {
    return { status: outcome.value.created ? "stored" : "existing" };
  }
  const error = toChatError(outcome.reason);
  // Only refusals of this one message are reported here. After other errors the batch can be repeated.
  if (error.code !== "conflict" && error.code !== "validation_failed") throw error;
  return { status: "refused", detail: error.message };
}
