import { noteStream } from "@chatnest/db";
import { z } from "zod";
import { readMessage } from "../details.ts";
import { given } from "../given.ts";
import { readAll, readPage } from "../history.ts";
import { pageToRest } from "../rest-page.ts";
import { Message, MessagePage, SendMessageOutput } from "../schemas/messages.ts";
import * as schemas from "../schemas/notes.ts";
import { stored } from "../schemas/stored.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { send } from "../sending.ts";
import { procedure, router } from "../trpc.ts";

const rest = {
  method: "GET",
  path: "/users/{user_id}/notes",
  tag: "notes",
  summary: "All notes of a user, or a page of them",
  success: { 200: "Oldest first; empty when there are none" },
} as const;

/** Notes: messages without a conversation, one ordered log for each user. */
export const notes = router({
  send: procedure("notes.send")
    .input(schemas.SendNoteInput)
    .output(SendMessageOutput)
    .mutation(({ ctx, input }) => send(ctx, { ...given(input), conversation_id: null })),

  all: procedure("notes.all")
    .meta({ rest: { ...rest, body: z.array(Message) } })
    .input(schemas.AllNotesInput)
    .output(streamedArray(Message))
    .query(({ ctx, input }) => readAll(ctx.store, noteStream(input.user_id))),

  page: procedure("notes.page")
    .meta({
      rest: {
        ...rest,
        when: ["limit", "before", "after"],
        body: z.array(Message),
        hasLinks: true,
        toRest: pageToRest,
      },
    })
    .input(schemas.NotePageInput)
    .output(MessagePage)
    .query(({ ctx, input: { user_id, ...range } }) =>
      readPage(ctx.store, noteStream(user_id), range),
    ),

  get: procedure("notes.get")
    .input(schemas.GetNoteInput)
    .output(stored(Message))
    .query(({ ctx, input: { user_id, seq } }) =>
      readMessage(ctx.store, { stream: noteStream(user_id), seq }),
    ),
});
