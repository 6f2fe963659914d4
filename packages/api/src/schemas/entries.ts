import {
  messagePageSizeMax,
  reactionKeysMax,
  type DeletionEntry as StoredDeletion,
  type EditEntry as StoredEdit,
  type Entry as StoredEntry,
  type MessageEntry as StoredMessage,
  type ReactionEntry as StoredReaction,
} from "@chatnest/db";
import { z } from "zod";
import { Bound, ConversationId, Seq, Timestamp } from "./ids.ts";
import { Mentions } from "./mentions.ts";
import { references, Thread } from "./messages.ts";
import { Metadata } from "./metadata.ts";
import { Reaction } from "./reactions.ts";
import { storedArray } from "./stored.ts";

const base = {
  id: z.string().meta({ description: "Unique in its conversation." }),
  user_id: z.string().meta({ description: "Who wrote it." }),
  timestamp: Timestamp,
  conversation_id: z.string().nullable().meta({ description: "`null` in a log of notes." }),
  seq: Seq,
};

const target_seq = Seq.meta({ description: "The position of the message that it changes." });
const content = z.string().meta({ description: "The text; empty when it is erased." });
const erased = z.literal(true).exactOptional().meta({
  description: "The message was deleted since, and its text erased.",
});
const thread_state = Thread.exactOptional().meta({
  description: "The thread that the message belongs to, after this entry.",
});

const MessageEntry = z
  .object({
    kind: z.literal("message"),
    ...base,
    content,
    reply_to: references.reply_to.exactOptional(),
    thread_seq: references.thread_seq.exactOptional(),
    mentions: Mentions.exactOptional(),
    metadata: Metadata.exactOptional(),
    thread_state,
    erased,
  })
  .meta({ id: "MessageEntry" }) satisfies z.ZodType<StoredMessage>;

const EditEntry = z
  .object({
    kind: z.literal("edit"),
    ...base,
    target_seq,
    edited: z
      .array(z.enum(["content", "metadata"]))
      .meta({ description: "What was changed. `content` and `metadata` are as they are then." }),
    content,
    metadata: Metadata.exactOptional(),
    erased,
  })
  .meta({ id: "EditEntry" }) satisfies z.ZodType<StoredEdit>;

const DeletionEntry = z
  .object({
    kind: z.literal("deletion"),
    ...base,
    target_seq,
    thread_seq: references.thread_seq.exactOptional(),
    thread_state,
  })
  .meta({ id: "DeletionEntry" }) satisfies z.ZodType<StoredDeletion>;

export const ReactionEntry = z
  .object({
    kind: z.literal("reaction"),
    ...base,
    target_seq,
    key: z.string(),
    added: z.boolean().meta({ description: "`false` when the reaction was removed." }),
    reactions: z
      .array(Reaction)
      .max(reactionKeysMax)
      .meta({ description: "All reactions to the message after this one." }),
  })
  .meta({ id: "ReactionEntry" }) satisfies z.ZodType<StoredReaction>;

/** An entry of a log. */
export const Entry = z
  .discriminatedUnion("kind", [MessageEntry, EditEntry, DeletionEntry, ReactionEntry])
  .meta({ id: "Entry" }) satisfies z.ZodType<StoredEntry>;
export type Entry = z.infer<typeof Entry>;

export const LogPageInput = z.strictObject({
  conversation_id: ConversationId,
  after: Bound.default(0).meta({ description: "Only entries after this `seq`." }),
  limit: z.int().min(1).max(messagePageSizeMax).default(50).meta({
    description:
      "The greatest number of entries. A page ends early where its texts would be longer than 1 MiB.",
  }),
});

/** A page of a log, oldest first. `next` is `null` when it ends at the head. */
export const LogPage = z.object({
  entries: storedArray(Entry),
  next: z.object({ after: Bound }).nullable(),
});
export type LogPage = z.infer<typeof LogPage>;
