import {
  contentLengthMax,
  isContent,
  messagePageSizeMax,
  reactionKeysMax,
  type Message as StoredMessage,
  type Thread as StoredThread,
} from "@chatnest/db";
import { z } from "zod";
import { Bound, ConversationId, MessageId, ReadOnly, Seq, Timestamp, UserId } from "./ids.ts";
import { Mentions, NewMentions } from "./mentions.ts";
import { Metadata, NewMetadata } from "./metadata.ts";
import { Reaction } from "./reactions.ts";
import { stored, storedArray } from "./stored.ts";

const contentRule = `1 to ${contentLengthMax} characters of well-formed Unicode without NUL`;

export const Content = z
  .string()
  .max(contentLengthMax, { error: contentRule, abort: true })
  .refine(isContent, { error: contentRule, abort: true })
  .meta({
    description: "The text: 1 to 16,384 characters of well-formed Unicode without NUL.",
    examples: ["Hello!"],
    minLength: 1,
    pattern: "^[^\\u0000]+$",
  });

// Without an example: there need not be such a message.
const Reference = z.int().min(1);

/** The fields of a message that name another one. */
export const references = {
  reply_to: Reference.meta({ description: "The `seq` of the message that it quotes." }),
  thread_seq: Reference.meta({
    description: "The `seq` of the message whose thread it belongs to.",
  }),
};

export const Thread = z
  .object({
    count: z.int().min(0).meta({ description: "How many replies it has, without deleted ones." }),
    last_seq: z.int().min(0).meta({
      description: "The position of the newest reply; 0 when all are deleted.",
    }),
    last_at: Timestamp,
  })
  .meta({ id: "Thread" }) satisfies z.ZodType<StoredThread>;

export const Message = z
  .object({
    id: z.string().meta({ description: "Unique in its conversation." }),
    user_id: z.string().meta({ description: "The sender." }),
    content: z.string().meta({ description: "The text; empty when the message is deleted." }),
    timestamp: Timestamp,
    conversation_id: z.string().nullable().meta({ description: "`null` for a note." }),
    seq: Seq,
    reply_to: references.reply_to.exactOptional(),
    thread_seq: references.thread_seq.exactOptional(),
    mentions: Mentions.exactOptional(),
    metadata: Metadata.exactOptional(),
    edited_at: Timestamp.exactOptional().meta({ description: "When it was edited last." }),
    deleted_at: Timestamp.exactOptional().meta({
      description: "When it was deleted. Only this stub is left.",
    }),
    reactions: z
      .array(Reaction)
      .max(reactionKeysMax)
      .exactOptional()
      .meta({ description: "In the order of their first use." }),
    thread: Thread.exactOptional(),
    changed_seq: Seq.exactOptional().meta({
      description: "The position of the newest entry that changed it.",
    }),
  })
  .meta({ id: "Message" }) satisfies z.ZodType<StoredMessage>;
export type Message = z.infer<typeof Message>;

export const SendMessageInput = z.strictObject({
  id: MessageId.optional(),
  user_id: UserId,
  content: Content,
  conversation_id: ConversationId.nullable()
    .optional()
    .meta({ description: "The conversation. Without one, the message is a note of its sender." }),
  reply_to: references.reply_to.optional(),
  thread_seq: references.thread_seq.optional().meta({
    description: "The `seq` of the message whose thread it joins, which is in no thread itself.",
  }),
  mentions: NewMentions.optional(),
  metadata: NewMetadata.optional(),
});
export type SendMessageInput = z.infer<typeof SendMessageInput>;

/** The body in REST, which may also be a whole {@link Message}. */
export const SendMessageBody = SendMessageInput.extend({
  id: SendMessageInput.shape.id.nullable().meta({
    description:
      "Makes it safe to repeat the request. The server generates one by default. Cannot be combined with `Idempotency-Key`.",
  }),
  timestamp: ReadOnly,
  seq: ReadOnly,
  edited_at: ReadOnly,
  deleted_at: ReadOnly,
  reactions: ReadOnly,
  thread: ReadOnly,
  changed_seq: ReadOnly,
}).meta({ id: "SendMessage" });

export const SendMessageOutput = z.object({ message: stored(Message), created: z.boolean() });

const PageSize = z.int().min(1).max(messagePageSizeMax).default(50);

/** The input of a page of any log, apart from the name of the log. */
export const pageShape = {
  limit: PageSize.meta({
    description:
      "The greatest number of messages. A page ends early where its texts would be longer than 1 MiB.",
  }),
  before: Bound.optional().meta({ description: "Only messages before this `seq`." }),
  after: Bound.optional().meta({ description: "Only messages after this `seq`." }),
};

const viewShape = {
  view: z.literal("main").optional().meta({
    description: "`main` leaves out messages that belong to a thread.",
  }),
  deleted: z.literal("include").optional().meta({
    description: "`include` shows deleted messages, as stubs without text.",
  }),
};

export const MessagePageInput = z.strictObject({
  conversation_id: ConversationId,
  ...pageShape,
  ...viewShape,
});

/** A page of a log, oldest first. `prev` and `next` are the bounds of the pages beside it. */
export const MessagePage = z.object({
  messages: storedArray(Message),
  prev: z.object({ before: Bound }).nullable(),
  next: z.object({ after: Bound, before: Bound.optional() }).nullable(),
  read_to: Bound.nullable().meta({
    description:
      "How far a page with `after` has read the log: the page has every message of the range up to this `seq`.",
  }),
});
export type MessagePage = z.infer<typeof MessagePage>;

export const AllMessagesInput = z.strictObject({ conversation_id: ConversationId, ...viewShape });
export const GetMessageInput = z.strictObject({ conversation_id: ConversationId, seq: Seq });

export const ReplyPageInput = z.strictObject({
  conversation_id: ConversationId,
  seq: Seq.meta({ description: "The position of the message that started the thread." }),
  ...pageShape,
});
