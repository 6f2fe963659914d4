import { randomUUID } from "node:crypto";
import { membersShownMax, type NewConversation } from "@chatnest/db";
import { z } from "zod";
import type { Caller } from "../caller.ts";
import type { Context } from "../context.ts";
import { ChatError, noConversation, refuseInput } from "../errors.ts";
import { readInbox, readInboxPage } from "../inbox.ts";
import { type RestQuery, toLinkHeaders } from "../rest.ts";
import * as schemas from "../schemas/conversations.ts";
import { stored } from "../schemas/stored.ts";
import { streamedArray } from "../schemas/streamed-array.ts";
import { procedure, router } from "../trpc.ts";

const tag = "conversations";
const membersPath = "/conversations/{conversation_id}/members";

// The whole inbox or a page, at the same path.
const inbox = {
  method: "GET",
  path: "/conversations/{user_id}",
  tag,
  summary: "All conversations of a user, or a page of them",
  success: { 200: "Most recently active first; empty when there are none" },
} as const;

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
      return { conversation: await find(ctx, { conversation_id: id, messages: 50 }), created };
    }),

  get: procedure("conversations.get")
    .meta({
      rest: {
        method: "GET",
        path: "/conversations/by-id/{conversation_id}",
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

  all: procedure("conversations.all")
    .meta({
      rest: {
        ...inbox,
        body: z.array(schemas.Conversation),
      },
    })
    .input(schemas.AllConversationsInput)
    .output(streamedArray(schemas.Conversation))
    .query(({ ctx, input }) => readInbox(ctx.store, input.user_id, input.messages)),

  page: procedure("conversations.page")
    .meta({
      rest: {
        ...inbox,
        when: ["limit", "cursor"],
        body: z.array(schemas.Conversation),
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

  addMember: procedure("conversations.addMember")
    .meta({
      rest: {
        method: "POST",
        path: membersPath,
        tag,
        summary: "Add a member",
        success: { 201: "Added", 200: "The user was a member already" },
        body: schemas.AddMemberOutput,
        errors: ["not_found"],
        toRest(member: z.infer<typeof schemas.AddMemberOutput>) {
          return { status: member.added ? 201 : 200, body: member };
        },
      },
    })
    .input(schemas.MemberInput)
    .output(schemas.AddMemberOutput)
    .mutation(async ({ ctx, input }) => {
      const { conversation_id, user_id } = input;
      const { joined } = await ctx.store.members.join({ conversation_id, user_id });
      return { conversation_id, user_id, added: joined };
    }),

  removeMember: procedure("conversations.removeMember")
    .meta({
      rest: {
        method: "DELETE",
        path: `${membersPath}/{user_id}`,
        tag,
        summary: "Remove a member",
        success: { 204: "Removed" },
        body: null,
        errors: ["not_found"],
        toRest: () => ({ status: 204 }),
      },
    })
    .input(schemas.MemberInput)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.store.members.leave(input)),
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
  { conversation_id, messages }: z.infer<typeof schemas.GetConversationInput>,
): Promise<schemas.Conversation> {
  const [conversation] = await store.conversations.get([conversation_id], messages);
  if (!conversation) throw noConversation();
  return conversation;
}
