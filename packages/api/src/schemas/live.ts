import { z } from "zod";
import { readPosition } from "../live/position.ts";
import { Entry } from "./entries.ts";
import { ConversationId, UserId } from "./ids.ts";
import { Message } from "./messages.ts";

const PositionText = z
  .string()
  .max(64)
  .refine((text) => readPosition(text) !== undefined, { error: "must be a seq or <epoch>-<seq>" })
  .meta({
    description: "Start after this position: a `seq`, or the `<epoch>-<seq>` of an event.",
    examples: ["41"],
  });

/** Sent by tRPC and by browsers when they reconnect. An unreadable one gets a `reset`, so it may be as long as a header. */
const LastEventId = z.string().max(16_384).nullish();

const Entries = z.literal("all").meta({
  description: "`all`: events for entries of all kinds, not only for messages.",
});

export const FollowConversationInput = z.strictObject({
  conversation_id: ConversationId,
  after: PositionText.optional(),
  entries: Entries.optional(),
  lastEventId: LastEventId,
});

const Place = z.object({ conversation_id: z.string(), last_seq: z.int().min(0) });

const Head = z.object({ ...Place.shape, joined_seq: z.int().min(0).optional() });

/** An event for a follower of a conversation. */
export const ConversationEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), ...Place.shape }),
  z.object({ type: z.literal("reset"), ...Place.shape }),
  z.object({ type: z.literal("message"), message: Message }),
  z.object({ type: z.literal("entry"), entry: Entry }),
]);
export type ConversationEvent = z.infer<typeof ConversationEvent>;

export const FollowUserInput = z.strictObject({
  user_id: UserId,
  entries: Entries.optional(),
  lastEventId: LastEventId,
});

const MembershipPlace = z.object({ ...Place.shape, user_id: z.string() });

/** An event for a follower of a user's conversations. */
export const UserEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("heads"), heads: z.array(Head).max(500), complete: z.boolean() }),
  z.object({ type: z.literal("reset"), conversation_id: z.null(), last_seq: z.literal(0) }),
  z.object({ type: z.literal("message"), message: Message }),
  z.object({ type: z.literal("entry"), entry: Entry }),
  z.object({ type: z.literal("joined"), ...MembershipPlace.shape }),
  z.object({ type: z.literal("left"), ...MembershipPlace.shape }),
]);
export type UserEvent = z.infer<typeof UserEvent>;
