import {
  membersShownMax,
  type ReadState as StoredReadState,
  type UnreadTotals as StoredTotals,
} from "@chatnest/db";
import { z } from "zod";
import { Bound, ConversationId, Cursor, Seq, UserId } from "./ids.ts";

const Count = z.int().min(0);

/** What a read state says beside whose it is. */
export const readShape = {
  read_seq: Bound.meta({
    description: "The position up to which the user has read; 0 when it has read nothing.",
  }),
  revision: Count.meta({
    description: "How often the user has marked the conversation as unread.",
  }),
  unread_count: Count.meta({
    description:
      "How many messages after `read_seq` are unread: those of others that are not deleted.",
  }),
  mention_count: Count.meta({
    description: "How many of the unread messages mention the user, or everyone.",
  }),
};

export const ReadState = z
  .object({ conversation_id: z.string(), user_id: z.string(), ...readShape })
  .meta({ id: "ReadState" }) satisfies z.ZodType<StoredReadState>;

/** Whose read state of which conversation. */
const memberShape = { conversation_id: ConversationId, user_id: UserId };

export const MarkReadInput = z.strictObject({
  ...memberShape,
  read_seq: Bound.meta({
    description:
      "The user has read everything up to this position. One before what it has read changes nothing; one beyond the end is refused.",
    examples: [1],
  }),
  revision: Count.optional().meta({
    description:
      "The `revision` that the client has seen. If the conversation was marked as unread since, this changes nothing.",
  }),
});

export const MarkUnreadInput = z.strictObject({
  ...memberShape,
  unread_from: Seq.meta({
    description:
      "Everything from this position on is unread. It has to be one of the last 10,000 in the log.",
  }),
});

export const ReadPageInput = z.strictObject({
  conversation_id: ConversationId,
  limit: z.int().min(1).max(membersShownMax).default(50).meta({
    description: "The greatest number of members.",
  }),
  cursor: Cursor.optional(),
});

/** How far a member has read. */
export const MemberRead = z
  .object({ user_id: z.string(), read_seq: readShape.read_seq })
  .meta({ id: "MemberRead" });

/** A page of members, in the order they joined. `next` is what to add to the same input to get the next page. */
export const ReadPage = z.object({
  reads: z.array(MemberRead),
  next: z.object({ cursor: z.string() }).nullable(),
});
export type ReadPage = z.infer<typeof ReadPage>;

export const UnreadTotalsInput = z.strictObject({ user_id: UserId });

export const UnreadTotals = z
  .object({
    conversations: Count.meta({ description: "How many conversations have unread messages." }),
    messages: Count.meta({ description: "How many messages are unread." }),
    mentions: Count.meta({
      description: "How many unread messages mention the user, or everyone.",
    }),
  })
  .meta({ id: "UnreadTotals" }) satisfies z.ZodType<StoredTotals>;
