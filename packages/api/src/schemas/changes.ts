import type { Version as StoredVersion } from "@chatnest/db";
import { z } from "zod";
import { ReactionEntry } from "./entries.ts";
import { ConversationId, MessageId, ReactionKey, Seq, Timestamp, UserId } from "./ids.ts";
import { Content, Message } from "./messages.ts";
import { Metadata, NewMetadata } from "./metadata.ts";
import { stored, storedArray } from "./stored.ts";

/** The input of every change: which message, by whom, and the id of the entry that says so. */
const changeShape = {
  conversation_id: ConversationId,
  seq: Seq,
  user_id: UserId,
  id: MessageId.optional().meta({
    description:
      "The id of the entry: makes it safe to repeat the request. The server generates one by default. Cannot be combined with `Idempotency-Key`.",
  }),
};

export const EditMessageInput = z
  .strictObject({
    ...changeShape,
    content: Content.optional(),
    metadata: NewMetadata.nullable()
      .optional()
      .meta({
        description: "New metadata; `null` removes it.",
        examples: [{ color: "green" }],
      }),
    unchanged_since: Seq.optional().meta({
      description:
        "Edits the message only if its text has not changed after this position: its `seq`, or that of an edit.",
    }),
  })
  .refine(({ content, metadata }) => content !== undefined || metadata !== undefined, {
    path: ["content"],
    error: "content or metadata is required",
  })
  .meta({ anyOf: [{ required: ["content"] }, { required: ["metadata"] }] });
export type EditMessageInput = z.infer<typeof EditMessageInput>;

export const EditMessageOutput = z.object({ message: stored(Message), created: z.boolean() });

export const DeleteMessageInput = z.strictObject(changeShape);
export const DeleteMessageOutput = z.object({ created: z.boolean() });

export const ReactInput = z.strictObject({ ...changeShape, key: ReactionKey });
export const ReactOutput = z.object({ entry: stored(ReactionEntry), created: z.boolean() });

/** `entry` is `null` when there was no such reaction. */
export const UnreactOutput = z.object({
  entry: stored(ReactionEntry).nullable(),
  created: z.boolean(),
});

export const Version = z
  .object({
    seq: Seq.meta({
      description: "The position of the message, or of the edit that made this version.",
    }),
    user_id: z.string().meta({ description: "Who wrote it." }),
    content: z.string(),
    metadata: Metadata.exactOptional(),
    timestamp: Timestamp,
  })
  .meta({ id: "Version" }) satisfies z.ZodType<StoredVersion>;

export const VersionsOutput = z.object({ versions: storedArray(Version) });
