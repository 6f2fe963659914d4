import { noteStream } from "@chatnest/db";
import { z } from "zod";
import { ChatError } from "../errors.ts";
import { readAll, readPage } from "../history.ts";
import { Message, MessagePage, SendMessageOutput } from "../schemas/messages.ts";
import * as schemas from "../schemas/notes.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { send } from "../sending.ts";
import { procedure, router } from "../trpc.ts";
import { pageToRest } from "./messages.ts";

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
    .mutation(({ ctx, input }) => send(ctx, { ...input, conversation_id: null })),

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
    .query(({ ctx, input }) => readPage(ctx.store, noteStream(input.user_id), input)),

  get: procedure("notes.get")
    .input(schemas.GetNoteInput)
    .output(Message)
    .query(async ({ ctx, input }) => {
      const note = await ctx.store.messages.get(noteStream(input.user_id), input.seq);
      if (!note) throw new ChatError("not_found", "there is no note at this position");
      return note;
    }),
});
