import type { MemberSettings as StoredSettings } from "@chatnest/db";
import { z } from "zod";
import { ConversationId, NewTimestamp, Timestamp, UserId } from "./ids.ts";

export const MemberInput = z.strictObject({ conversation_id: ConversationId, user_id: UserId });

export const AddMemberOutput = z
  .object({
    conversation_id: z.string(),
    user_id: z.string(),
    added: z.boolean().meta({ description: "`false` when the user was a member already." }),
  })
  .meta({ id: "Member" });

/** What a member sets for itself. */
export const settingsShape = {
  muted_until: Timestamp.nullable().meta({
    description:
      "When the muting ends or has ended: ISO 8601, UTC, with milliseconds. `null` when it never was muted.",
    examples: ["2026-01-31T12:00:00.000Z"],
  }),
  pinned: z.boolean(),
  archived: z.boolean().meta({
    description: "It ends with the next message that is sent while the conversation is not muted.",
  }),
};

export const MemberSettings = z
  .object({ conversation_id: z.string(), user_id: z.string(), ...settingsShape })
  .meta({ id: "MemberSettings" }) satisfies z.ZodType<StoredSettings>;

export const UpdateMemberInput = MemberInput.extend({
  muted_until: NewTimestamp.nullable()
    .optional()
    .meta({
      description: "Until when the conversation is muted: ISO 8601 with a zone. `null` unmutes it.",
      examples: ["2026-01-31T12:00:00.000Z"],
    }),
  pinned: z.boolean().optional().meta({
    description: "Whether the conversation comes before others in the inbox.",
  }),
  archived: z.boolean().optional().meta({
    description:
      "Archives the conversation until the next message that is sent while it is not muted, or brings it back.",
  }),
})
  .refine(
    ({ muted_until, pinned, archived }) =>
      muted_until !== undefined || pinned !== undefined || archived !== undefined,
    { path: ["muted_until"], error: "muted_until, pinned or archived is required" },
  )
  .meta({
    anyOf: [{ required: ["muted_until"] }, { required: ["pinned"] }, { required: ["archived"] }],
  });
