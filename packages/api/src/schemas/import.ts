import { z } from "zod";
import { ConversationId, MessageId, ReactionKey, Seq, UserId } from "./ids.ts";
import { NewMentions } from "./mentions.ts";
import { Content } from "./messages.ts";
import { NewMetadata } from "./metadata.ts";

function linesWith<TId extends z.ZodType>(id: TId) {
  const base = {
    id,
    user_id: UserId,
    conversation_id: ConversationId.nullable().optional(),
    timestamp: z.iso.datetime({ offset: true }).max(64).optional(),
  };
  return z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("message").optional(),
      ...base,
      content: Content,
      reply_to: Seq.optional(),
      thread_seq: Seq.optional(),
      mentions: NewMentions.optional(),
      metadata: NewMetadata.optional(),
    }),
    z
      .strictObject({
        kind: z.literal("edit"),
        ...base,
        target_seq: Seq,
        content: Content.optional(),
        metadata: NewMetadata.nullable().optional(),
      })
      .refine(({ content, metadata }) => content !== undefined || metadata !== undefined, {
        path: ["content"],
        error: "content or metadata is required",
      }),
    z.strictObject({ kind: z.literal("deletion"), ...base, target_seq: Seq }),
    z.strictObject({
      kind: z.literal("reaction"),
      ...base,
      target_seq: Seq,
      key: ReactionKey,
      added: z.boolean(),
    }),
  ]);
}

/** One line of an import file: an entry, a message where no `kind` says otherwise. */
export const ImportLine = linesWith(MessageId.optional());
export type ImportLine = z.infer<typeof ImportLine>;

export const importBatchMax = 1_000;

export const ImportMessagesInput = z.strictObject({
  messages: z.array(linesWith(MessageId)).min(1).max(importBatchMax),
});

export type ImportMessagesInput = z.infer<typeof ImportMessagesInput>;

/** The outcome for each line, in the given order. */
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
