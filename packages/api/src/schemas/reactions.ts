import {
  messagePageSizeMax,
  reactionUsersShownMax,
  type Reaction as StoredReaction,
  type Reactor as StoredReactor,
} from "@chatnest/db";
import { z } from "zod";
import { ConversationId, Cursor, ReactionKey, Seq, Timestamp } from "./ids.ts";
import { storedArray } from "./stored.ts";

export const Reaction = z
  .object({
    key: z.string(),
    count: z.int().min(1).meta({ description: "How many users react with this key." }),
    user_ids: z
      .array(z.string())
      .max(reactionUsersShownMax)
      .meta({ description: "Those who reacted first, in that order, at most 50." }),
  })
  .meta({ id: "Reaction" }) satisfies z.ZodType<StoredReaction>;

export const Reactor = z
  .object({
    key: z.string(),
    user_id: z.string(),
    seq: Seq.meta({ description: "The position of the entry that added the reaction." }),
    timestamp: Timestamp,
  })
  .meta({ id: "Reactor" }) satisfies z.ZodType<StoredReactor>;

export const ReactorPageInput = z.strictObject({
  conversation_id: ConversationId,
  seq: Seq,
  key: ReactionKey.optional().meta({ description: "Only reactions with this key." }),
  limit: z.int().min(1).max(messagePageSizeMax).default(50).meta({
    description: "The greatest number of reactions.",
  }),
  cursor: Cursor.optional(),
});

/** A page of reactions. `next` is what to add to the same input to get the next page. */
export const ReactorPage = z.object({
  reactions: storedArray(Reactor),
  next: z.object({ cursor: z.string() }).nullable(),
});
export type ReactorPage = z.infer<typeof ReactorPage>;
