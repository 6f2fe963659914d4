import {
  isTitle,
  membersShownMax,
  messagePageSizeMax,
  type Conversation as StoredConversation,
  titleLengthMax,
} from "@chatnest/db";
import { z } from "zod";
import { blank, ConversationId, ReadOnly, Timestamp, UserId } from "./ids.ts";
import { Message } from "./messages.ts";
import { Metadata, NewMetadata } from "./metadata.ts";
import { stored } from "./stored.ts";

const titleRule = `1 to ${titleLengthMax} characters of well-formed Unicode without NUL, not blank`;

const Title = z
  .string()
  .max(titleLengthMax, { error: titleRule, abort: true })
  .refine(isTitle, { error: titleRule, abort: true })
  .meta({ minLength: 1, pattern: `^[^\\u0000]*[^\\u0000\\u0009-\\u000d${blank}][^\\u0000]*$` });

export const Conversation = z
  .object({
    id: z.string(),
    user_ids: z.array(z.string()).max(membersShownMax).meta({
      description:
        "The first members, in the order they joined: as many as `members` says, at most 1,000.",
    }),
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
    title: z.string().exactOptional().meta({ description: "1 to 200 characters." }),
    metadata: Metadata.exactOptional(),
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
  // Those of a conversation in an inbox.
  read_seq: ReadOnly,
  revision: ReadOnly,
  unread_count: ReadOnly,
  mention_count: ReadOnly,
  muted_until: ReadOnly,
  pinned: ReadOnly,
  archived: ReadOnly,
}).meta({ id: "CreateConversation" });

export const CreateConversationOutput = z.object({
  conversation: stored(Conversation),
  created: z.boolean(),
});

/** How much of each conversation is read. */
export const carriedShape = {
  messages: z.int().min(0).max(messagePageSizeMax).default(50).meta({
    description:
      "How many of the newest messages are included in each conversation; fewer where their texts would be longer than 1 MiB.",
  }),
  members: z.int().min(0).max(membersShownMax).default(membersShownMax).meta({
    description: "How many ids of members are included in each conversation.",
  }),
};

export const GetConversationInput = z.strictObject({
  conversation_id: ConversationId,
  ...carriedShape,
});

export const UpdateConversationInput = z
  .strictObject({
    conversation_id: ConversationId,
    title: Title.nullable()
      .optional()
      .meta({
        description: "1 to 200 characters, not blank; `null` removes it.",
        examples: ["Tea"],
      }),
    metadata: NewMetadata.nullable()
      .optional()
      .meta({
        description: "New metadata; `null` removes it.",
        examples: [{ color: "green" }],
      }),
  })
  .refine(({ title, metadata }) => title !== undefined || metadata !== undefined, {
    path: ["title"],
    error: "title or metadata is required",
  })
  .meta({ anyOf: [{ required: ["title"] }, { required: ["metadata"] }] });
