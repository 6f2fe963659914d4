import {
  contentLengthMax,
  isContent,
  messagePageSizeMax,
  type Message as StoredMessage,
} from "@chatnest/db";
import { z } from "zod";
import { Bound, ConversationId, MessageId, ReadOnly, Seq, Timestamp, UserId } from "./ids.ts";

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

export const Message = z
  .object({
    id: z.string().meta({ description: "Unique in its conversation." }),
    user_id: z.string().meta({ description: "The sender." }),
    content: z.string().meta({ description: "The text." }),
    timestamp: Timestamp,
    conversation_id: z.string().nullable().meta({ description: "`null` for a note." }),
    seq: Seq,
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
}).meta({ id: "SendMessage" });

export const SendMessageOutput = z.object({ message: Message, created: z.boolean() });

const PageSize = z.int().min(1).max(messagePageSizeMax).default(50);

/** The input of a page of any log, apart from the name of the log. */
export const pageShape = {
  limit: PageSize.meta({ description: "The greatest number of messages." }),
  before: Bound.optional().meta({ description: "Only messages before this `seq`." }),
  after: Bound.optional().meta({ description: "Only messages after this `seq`." }),
};

export const MessagePageInput = z.strictObject({ conversation_id: ConversationId, ...pageShape });

/** A page of a log, oldest first. `prev` and `next` are the bounds of the pages beside it. */
export const MessagePage = z.object({
  messages: z.array(Message).max(messagePageSizeMax),
  prev: z.object({ before: Bound }).nullable(),
  next: z.object({ after: Bound, before: Bound.optional() }).nullable(),
  read_to: Bound.nullable().meta({
    description:
      "How far a page with `after` has read the log: the page has every message of the range up to this `seq`.",
  }),
});
export type MessagePage = z.infer<typeof MessagePage>;

export const AllMessagesInput = z.strictObject({ conversation_id: ConversationId });
export const GetMessageInput = z.strictObject({ conversation_id: ConversationId, seq: Seq });

/** One line of an import file. */
export const ImportLine = z.strictObject({
  id: MessageId.optional(),
  user_id: UserId,
  content: Content,
  conversation_id: ConversationId.nullable().optional(),
  timestamp: z.iso.datetime({ offset: true }).max(64).optional(),
});
export type ImportLine = z.infer<typeof ImportLine>;

export const importBatchMax = 1_000;

export const ImportMessagesInput = z.strictObject({
  messages: z
    .array(ImportLine.required({ id: true }))
    .min(1)
    .max(importBatchMax),
});

/** The outcome for each message, in the given order. */
export const ImportMessagesOutput = z.object({
  results: z.array(
    z.discriminatedUnion("status", [
      z.object({ status: z.literal("stored") }),
      z.object({ status: z.literal("existing") }),
      z.object({ status: z.literal("refused"), detail: z.string() }),
    ]),
  ),
});
export type ImportMessagesOutput = z.infer<typeof ImportMessagesOutput>;
