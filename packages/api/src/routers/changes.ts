import type { z } from "zod";
import { changeReaction, deleteMessage, editMessage } from "../changing.ts";
import { given } from "../given.ts";
import { idempotencyKey } from "../idempotency-key.ts";
import { ifMatch } from "../if-match.ts";
import * as schemas from "../schemas/changes.ts";
import { ReactionEntry } from "../schemas/entries.ts";
import { Message } from "../schemas/messages.ts";
import { procedure } from "../trpc.ts";

const tag = "messages";
const path = "/messages/{conversation_id}/{seq}";
const reactionPath = `${path}/reactions/{key}` as const;

/** What changes a message: each is an entry of the log. */
export const changes = {
  edit: procedure("messages.edit")
    .meta({
      rest: {
        method: "PATCH",
        path,
        tag,
        summary: "Edit a message",
        description:
          "What is not given stays. With a user's token, only its author may edit it. Of several edits, the last one counts; with `If-Match`, a client edits only the version that it has seen.",
        success: { 200: "The message in its current state" },
        body: Message,
        errors: ["not_found", "conflict", "precondition_failed"],
        headers: [idempotencyKey, ifMatch],
        toRest({ message }: z.infer<typeof schemas.EditMessageOutput>) {
          return { status: 200, body: message };
        },
      },
    })
    .input(schemas.EditMessageInput)
    .output(schemas.EditMessageOutput)
    .mutation(({ ctx, input: { seq, ...edit } }) =>
      editMessage(ctx, { ...given(edit), target_seq: seq }),
    ),

  delete: procedure("messages.delete")
    .meta({
      rest: {
        method: "DELETE",
        path,
        tag,
        summary: "Delete a message",
        description:
          "Its text is erased from the store, with all earlier versions. With a user's token, only its author may delete it.",
        success: { 204: "Deleted, now or before" },
        body: null,
        errors: ["not_found", "conflict"],
        headers: [idempotencyKey],
        toRest: () => ({ status: 204 }),
      },
    })
    .input(schemas.DeleteMessageInput)
    .output(schemas.DeleteMessageOutput)
    .mutation(({ ctx, input: { seq, ...deletion } }) =>
      deleteMessage(ctx, { ...given(deletion), target_seq: seq }),
    ),

  react: procedure("messages.react")
    .meta({
      rest: {
        method: "PUT",
        path: reactionPath,
        tag,
        summary: "React to a message",
        description:
          "A message has at most 20 different keys: one more is 409. With a user's token, the body can be empty.",
        success: { 201: "Stored", 200: "The user had reacted so, or this entry was stored before" },
        body: ReactionEntry,
        errors: ["not_found", "conflict"],
        headers: [idempotencyKey],
        isBodyOptional: true,
        toRest({ entry, created }: z.infer<typeof schemas.ReactOutput>) {
          return { status: created ? 201 : 200, body: entry };
        },
      },
    })
    .input(schemas.ReactInput)
    .output(schemas.ReactOutput)
    .mutation(async ({ ctx, input: { seq, ...reaction } }) => {
      const change = { ...given(reaction), target_seq: seq, added: true };
      const { entry, created } = await changeReaction(ctx, change);
      if (!entry) throw new Error("no entry has added the reaction");
      return { entry, created };
    }),

  unreact: procedure("messages.unreact")
    .meta({
      rest: {
        method: "DELETE",
        path: reactionPath,
        tag,
        summary: "Remove a reaction",
        success: { 204: "Removed, now or before" },
        body: null,
        errors: ["not_found", "conflict"],
        headers: [idempotencyKey],
        toRest: () => ({ status: 204 }),
      },
    })
    .input(schemas.ReactInput)
    .output(schemas.UnreactOutput)
    .mutation(({ ctx, input: { seq, ...reaction } }) =>
      changeReaction(ctx, { ...given(reaction), target_seq: seq, added: false }),
    ),
};
