import { z } from "zod";
import { asMember } from "../as-member.ts";
import { given } from "../given.ts";
import * as schemas from "../schemas/members.ts";
import { procedure } from "../trpc.ts";

const tag = "conversations";
const path = "/conversations/{conversation_id}/members";
const memberPath = `${path}/{user_id}` as const;

/** Who is in a conversation, and what each has set for itself. */
export const members = {
  addMember: procedure("conversations.addMember")
    .meta({
      rest: {
        method: "POST",
        path,
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
        path: memberPath,
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

  updateMember: procedure("conversations.updateMember")
    .meta({
      rest: {
        method: "PATCH",
        path: memberPath,
        tag,
        summary: "Change the settings of a member",
        description:
          "How a conversation stands in the inbox of this member. Other members do not see it. What is not given stays.",
        success: { 200: "All settings, as they are now" },
        body: schemas.MemberSettings,
        errors: ["not_found"],
      },
    })
    .input(schemas.UpdateMemberInput)
    .output(schemas.MemberSettings)
    .mutation(async ({ ctx, input: { conversation_id, user_id, ...settings } }) => {
      const member = { conversation_id, user_id };
      const updated = await asMember(ctx, ctx.store.members.update(member, given(settings)));
      return { ...member, ...updated };
    }),
};
