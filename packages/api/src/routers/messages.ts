import { conversationStream } from "@chatnest/db";
import { z } from "zod";
import { readMessage } from "../details.ts";
import { given } from "../given.ts";
import { readAll, readPage, toView } from "../history.ts";
import { idempotencyKey } from "../idempotency-key.ts";
import { importEntries } from "../importing.ts";
import { pageToRest } from "../rest-page.ts";
import { ImportMessagesInput, ImportMessagesOutput } from "../schemas/import.ts";
import * as schemas from "../schemas/messages.ts";
import { stored } from "../schemas/stored.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { send } from "../sending.ts";
import { procedure, router } from "../trpc.ts";
import { changes } from "./changes.ts";
import { details } from "./details.ts";

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
      send(ctx, { ...given(input), conversation_id: input.conversation_id ?? null }),
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
    .query(({ ctx, input }) =>
      readAll(ctx.store, conversationStream(input.conversation_id), toView(input)),
    ),

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
    .query(({ ctx, input: { conversation_id, view, deleted, ...range } }) =>
      readPage(ctx.store, conversationStream(conversation_id), {
        ...range,
        ...toView({ view, deleted }),
      }),
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
    .output(stored(schemas.Message))
    .query(({ ctx, input: { conversation_id, seq } }) =>
      readMessage(ctx.store, { stream: conversationStream(conversation_id), seq }),
    ),

  import: procedure("messages.import")
    .input(ImportMessagesInput)
    .output(ImportMessagesOutput)
    .mutation(async ({ ctx, input }) => ({
      results: await importEntries(ctx.store, input.messages),
    })),

  ...changes,
  ...details,
});
