import {
  membersShownMax,
  messagePageSizeMax,
  type Conversation as StoredConversation,
} from "@chatnest/db";
import { z } from "zod";
import { ConversationId, ReadOnly, Timestamp, UserId } from "./ids.ts";
import { Message } from "./messages.ts";
import { stored, storedArray } from "./stored.ts";

export const Conversation = z
  .object({
    id: z.string(),
    user_ids: z
      .array(z.string())
      .max(membersShownMax)
      .meta({ description: "The first 1,000 members, in the order they joined." }),
    messages: z
      .array(Message)
      .max(messagePageSizeMax)
      .meta({ description: "The newest messages, oldest first." }),
    created_at: Timestamp,
    last_seq: z
      .int()
      .min(0)
      .meta({ description: "The position of the newest entry; 0 when there is none." }),
    member_count: z.int().min(0),
    last_activity_at: Timestamp.meta({
      description: "The `timestamp` of the newest message, else `created_at`.",
    }),
  })
  .meta({ id: "Conversation" }) satisfies z.ZodType<StoredConversation>;
export type Conversation = z.infer<typeof Conversation>;

export const CreateConversationInput = z.strictObject({
  id: ConversationId.optional(),
  user_ids: z
    .array(UserId)
    .min(1)
    .max(membersShownMax)
    .refine((ids) => new Set(ids).size === ids.length, { error: "has a repeat" })
    .meta({
      description: "The members, in the order they join: 1 to 1,000, without repeats.",
      uniqueItems: true,
    }),
});

/** The body in REST, which may also be a whole {@link Conversation}. */
export const CreateConversationBody = CreateConversationInput.extend({
  id: CreateConversationInput.shape.id.nullable().meta({
    description: "Makes it safe to repeat the request. The server generates one by default.",
  }),
  messages: ReadOnly,
  created_at: ReadOnly,
  last_seq: ReadOnly,
  member_count: ReadOnly,
  last_activity_at: ReadOnly,
}).meta({ id: "CreateConversation" });

export const CreateConversationOutput = z.object({
  conversation: stored(Conversation),
  created: z.boolean(),
});

const NewestMessages = z.int().min(0).max(messagePageSizeMax).default(50).meta({
  description:
    "How many of the newest messages are included in each conversation; fewer where their texts would be longer than 1 MiB.",
});

export const GetConversationInput = z.strictObject({
  conversation_id: ConversationId,
  messages: NewestMessages,
});

export const AllConversationsInput = z.strictObject({ user_id: UserId, messages: NewestMessages });

/** The greatest number of messages in one page of conversations. */
const inboxMessagesMax = 10_000;

export const ConversationPageInput = z
  .strictObject({
    user_id: UserId,
    limit: z.int().min(1).max(1_000).default(20).meta({
      description:
        "The greatest number of conversations. `limit` times `messages` must be at most 10,000. A page ends early where its messages and members would be longer than 1 MiB.",
    }),
    cursor: z.string().max(1_024).optional().meta({
      description: "The cursor from the `next` of the previous page.",
    }),
    messages: NewestMessages,
  })
  .refine(({ limit, messages }) => limit * messages <= inboxMessagesMax, {
    path: ["limit"],
    error: `limit times messages must be at most ${inboxMessagesMax}`,
  });

/** A page of an inbox. `next` is what to add to the same input to get the next page. */
export const ConversationPage = z.object({
  conversations: storedArray(Conversation),
  next: z.object({ cursor: z.string() }).nullable(),
});
export type ConversationPage = z.infer<typeof ConversationPage>;

export const MemberInput = z.strictObject({ conversation_id: ConversationId, user_id: UserId });

export const AddMemberOutput = z
  .object({
    conversation_id: z.string(),
    user_id: z.string(),
    added: z.boolean().meta({ description: "`false` when the user was a member already." }),
  })
  .meta({ id: "Member" });
