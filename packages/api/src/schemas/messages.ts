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
    user_id: z.string().meta({ description: "Who sent it." }),
    content: z.string().meta({ description: "The text, as it was sent." }),
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
    .meta({ description: "Where it is said; without one it is a note of its sender." }),
});
export type SendMessageInput = z.infer<typeof SendMessageInput>;

/** The body that REST accepts: the input, or a whole {@link Message} as the server returned it. */
export const SendMessageBody = SendMessageInput.extend({
  id: SendMessageInput.shape.id.nullable().meta({
    description:
      "Makes a repeat safe; without one the server makes it. Not together with `Idempotency-Key`.",
  }),
  timestamp: ReadOnly,
  seq: ReadOnly,
}).meta({ id: "SendMessage" });

export const SendMessageOutput = z.object({ message: Message, created: z.boolean() });

const PageSize = z.int().min(1).max(messagePageSizeMax).default(50);

/** What a page of any log takes, beside the log's name. */
export const pageShape = {
  limit: PageSize.meta({ description: "How many messages at most." }),
  before: Bound.optional().meta({ description: "Only messages before this `seq`." }),
  after: Bound.optional().meta({ description: "Only messages after this `seq`." }),
};

export const MessagePageInput = z.strictObject({ conversation_id: ConversationId, ...pageShape });

/** A page of a log, oldest first, and how to ask for its neighbours: with these in the place of its bounds. */
export const MessagePage = z.object({
  messages: z.array(Message).max(messagePageSizeMax),
  prev: z.object({ before: Bound }).nullable(),
  next: z.object({ after: Bound, before: Bound.optional() }).nullable(),
  read_to: Bound.nullable().meta({
    description:
      "How far a page with `after` read the log: every message of the range at or before it is in the page.",
  }),
});
export type MessagePage = z.infer<typeof MessagePage>;

export const AllMessagesInput = z.strictObject({ conversation_id: ConversationId });
export const GetMessageInput = z.strictObject({ conversation_id: ConversationId, seq: Seq });

/** A line of a file to import. */
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

/** What became of each message, in the order given. */
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
