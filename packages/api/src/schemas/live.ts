import { z } from "zod";
import { readPosition } from "../live/position.ts";
import { Entry } from "./entries.ts";
import { ConversationId, UserId } from "./ids.ts";
import { settingsShape } from "./members.ts";
import { Message } from "./messages.ts";
import { Metadata } from "./metadata.ts";
import { readShape, UnreadTotals } from "./reads.ts";

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

/** What a head says of the inbox; the fields after `mention_count` only where they are not 0, `false` or `null`. */
const HeadState = z.object({ ...readShape, ...settingsShape }).partial();

const Head = z.object({
  ...Place.shape,
  joined_seq: z.int().min(0).optional(),
  ...HeadState.shape,
});

const DetailsEvent = z.object({
  type: z.literal("conversation"),
  conversation_id: z.string(),
  title: z.string().nullable(),
  metadata: Metadata.nullable(),
});

/** An event for a follower of a conversation. */
export const ConversationEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), ...Place.shape }),
  z.object({ type: z.literal("reset"), ...Place.shape }),
  z.object({ type: z.literal("message"), message: Message }),
  z.object({ type: z.literal("entry"), entry: Entry }),
  DetailsEvent,
]);
export type ConversationEvent = z.infer<typeof ConversationEvent>;

export const FollowUserInput = z.strictObject({
  user_id: UserId,
  entries: Entries.optional(),
  inbox: z.boolean().optional().meta({
    description: "`true`: also events for what is new to the user, its settings, and titles.",
  }),
  lastEventId: LastEventId,
});

const MembershipPlace = z.object({ ...Place.shape, user_id: z.string() });

/** For the user itself with all fields, for other members only with `read_seq`. */
const ReadEvent = z.object({
  type: z.literal("read"),
  conversation_id: z.string(),
  user_id: z.string(),
  ...readShape,
  revision: readShape.revision.optional(),
  unread_count: readShape.unread_count.optional(),
  mention_count: readShape.mention_count.optional(),
});

const SettingsEvent = z.object({
  type: z.literal("settings"),
  conversation_id: z.string(),
  user_id: z.string(),
  ...settingsShape,
});

/** An event for a follower of a user's conversations. */
export const UserEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("heads"), heads: z.array(Head).max(500), complete: z.boolean() }),
  z.object({ type: z.literal("reset"), conversation_id: z.null(), last_seq: z.literal(0) }),
  z.object({ type: z.literal("message"), message: Message }),
  z.object({ type: z.literal("entry"), entry: Entry }),
  z.object({ type: z.literal("joined"), ...MembershipPlace.shape }),
  z.object({ type: z.literal("left"), ...MembershipPlace.shape }),
  ReadEvent,
  SettingsEvent,
  z.object({ type: z.literal("unread"), ...UnreadTotals.shape }),
  DetailsEvent,
]);
export type UserEvent = z.infer<typeof UserEvent>;
