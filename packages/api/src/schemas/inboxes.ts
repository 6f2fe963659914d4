import type { InboxItem } from "@chatnest/db";
import { z } from "zod";
import { Conversation, carriedShape } from "./conversations.ts";
import { Cursor, UserId } from "./ids.ts";
import { settingsShape } from "./members.ts";
import { readShape } from "./reads.ts";
import { storedArray } from "./stored.ts";

/** A conversation in the inbox of a user: with what is new to it, and what it has set. */
export const InboxConversation = Conversation.extend({
  ...readShape,
  ...settingsShape,
}).meta({ id: "InboxConversation" }) satisfies z.ZodType<InboxItem>;
export type InboxConversation = z.infer<typeof InboxConversation>;

export const AllConversationsInput = z.strictObject({ user_id: UserId, ...carriedShape });

/** The greatest number of messages in one page of conversations. */
const inboxMessagesMax = 10_000;

export const ConversationPageInput = z
  .strictObject({
    user_id: UserId,
    limit: z.int().min(1).max(1_000).default(20).meta({
      description:
        "The greatest number of conversations. `limit` times `messages` must be at most 10,000. A page ends early where its messages and members would be longer than 1 MiB.",
    }),
    cursor: Cursor.optional(),
    archived: z.boolean().optional().meta({
      description: "Only conversations that are archived, or only those that are not.",
    }),
    unread: z.boolean().optional().meta({
      description: "`true`: only conversations with unread messages.",
    }),
    ...carriedShape,
  })
  .refine(({ limit, messages }) => limit * messages <= inboxMessagesMax, {
    path: ["limit"],
    error: `limit times messages must be at most ${inboxMessagesMax}`,
  });

/** A page of an inbox. `next` is what to add to the same input to get the next page. */
export const ConversationPage = z.object({
  conversations: storedArray(InboxConversation),
  next: z.object({ cursor: z.string() }).nullable(),
});
export type ConversationPage = z.infer<typeof ConversationPage>;
