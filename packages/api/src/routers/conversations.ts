import { randomUUID } from "node:crypto";
import { membersShownMax, type NewConversation } from "@chatnest/db";
import type { z } from "zod";
import { asMember } from "../as-member.ts";
import type { Caller } from "../caller.ts";
import type { Context } from "../context.ts";
import { ChatError, noConversation, refuseInput } from "../errors.ts";
import { given } from "../given.ts";
import * as schemas from "../schemas/conversations.ts";
import { stored } from "../schemas/stored.ts";
import { procedure, router } from "../trpc.ts";
import { inboxes } from "./inboxes.ts";
import { members } from "./members.ts";

const tag = "conversations";
const path = "/conversations/by-id/{conversation_id}";
/** How much a conversation carries in the answer to a change of it. */
const carried = { messages: 50, members: membersShownMax };

/** Conversations, their members, and the inboxes of users. */
export const conversations = router({
  create: procedure("conversations.create")
    .meta({
      rest: {
        method: "POST",
        path: "/conversations/",
        tag,
        summary: "Create a conversation",
        success: {
          201: "Created",
          200: "The conversation existed; one that a message created has gained the members",
        },
        body: schemas.Conversation,
        errors: ["conflict"],
        takes: schemas.CreateConversationBody,
        toRest({ conversation, created }: z.infer<typeof schemas.CreateConversationOutput>) {
          return { status: created ? 201 : 200, body: conversation };
        },
      },
    })
    .input(schemas.CreateConversationInput)
    .output(schemas.CreateConversationOutput)
    .mutation(async ({ ctx, input }) => {
      const { id, user_ids } = toNewConversation(ctx.caller, input);
      const { created } = await ctx.store.conversations.create({ id, user_ids });
      return { conversation: await find(ctx, { conversation_id: id, ...carried }), created };
    }),

  get: procedure("conversations.get")
    .meta({
      rest: {
        method: "GET",
        path,
        tag,
        summary: "One conversation",
        success: { 200: "The conversation with its newest messages" },
        body: schemas.Conversation,
        errors: ["not_found"],
      },
    })
    .input(schemas.GetConversationInput)
    .output(stored(schemas.Conversation))
    .query(({ ctx, input }) => find(ctx, input)),

  update: procedure("conversations.update")
    .meta({
      rest: {
        method: "PATCH",
        path,
        tag,
        summary: "Change the title or the metadata of a conversation",
        description: "What is not given stays. Of several changes, the last one counts.",
        success: { 200: "The conversation with its newest messages" },
        body: schemas.Conversation,
        errors: ["not_found"],
      },
    })
    .input(schemas.UpdateConversationInput)
    .output(stored(schemas.Conversation))
    .mutation(async ({ ctx, input: { conversation_id, ...change } }) => {
      await asMember(ctx, ctx.store.conversations.update(conversation_id, given(change)));
      return find(ctx, { conversation_id, ...carried });
    }),

  ...inboxes,
  ...members,
});

/**
 * Completes a new conversation. A user becomes one of its members and cannot choose the id, since that would show whether the
 * id is taken.
 * @throws ChatError `forbidden`, `validation_failed`.
 */
function toNewConversation(
  caller: Caller,
  { id, user_ids }: z.infer<typeof schemas.CreateConversationInput>,
): NewConversation {
  // Random, so that new conversations spread over a sharded cluster.
  if (caller.kind !== "user") return { id: id ?? randomUUID(), user_ids };
  if (id !== undefined) {
    throw new ChatError("forbidden", "a user's token cannot choose the id of a conversation");
  }
  if (user_ids.includes(caller.user_id)) return { id: randomUUID(), user_ids };
  if (user_ids.length === membersShownMax) {
    const message = `with its creator, the conversation would have more than ${membersShownMax} members`;
    throw refuseInput([{ path: "user_ids", code: "too_big", message }]);
  }
  return { id: randomUUID(), user_ids: [caller.user_id, ...user_ids] };
}

async function find(
  { store }: Context,
  { conversation_id, messages, members: count }: z.infer<typeof schemas.GetConversationInput>,
): Promise<schemas.Conversation> {
  const [conversation] = await store.conversations.get([conversation_id], messages, count);
  if (!conversation) throw noConversation();
  return conversation;
}
