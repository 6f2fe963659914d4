import { toConversationEvents, toUserEvents } from "../live/events.ts";
import { beginning, Following } from "../live/following.ts";
import { type Position, readPosition, toPosition } from "../live/position.ts";
import { untilExpiry } from "../live/until-expiry.ts";
import type { RestHeader } from "../rest.ts";
import { FollowConversationInput, FollowUserInput } from "../schemas/live.ts";
import { procedure, router } from "../trpc.ts";

const lastEventId: RestHeader = {
  name: "Last-Event-ID",
  description: "The id of the newest event that was received; browsers send it by themselves.",
  field: "lastEventId",
};

const ends = `- \`unavailable\` \`{code, detail}\`: the stream ends; come back after \`retry\`.
- \`expired\` \`{}\`: the token has expired; come back with a new one.

A comment line every 15 seconds says that the stream is alive.`;

const ofConversation = `Events, as they happen:

- \`ready\` \`{conversation_id, last_seq}\`: the first; its id is where the stream begins.
- \`message\`, a Message: each once, in order; its id is where to begin again.
- \`reset\` \`{conversation_id, last_seq}\`: the place was of another epoch (a restored backup), or none; the stream goes on from here.
${ends}

It begins behind \`Last-Event-ID\`, else behind \`after\`, else now. A conversation that nobody used yet is silent.`;

const ofUser = `Events of all conversations of a user, over one connection:

- \`heads\` \`{heads: [{conversation_id, last_seq}], complete}\`: where the conversations end, at most 500 an event. The last one says \`complete\`; its id is a watermark: come back with it as \`Last-Event-ID\`, and only the heads that were active since are told. One that was joined since then has a \`joined_seq\`, too: what is behind it was said since.
- \`message\`, a Message: in each conversation once and in order, right behind its head.
- \`joined\`, \`left\` \`{conversation_id, user_id, last_seq}\`; who comes back with a watermark is first told \`left\` of what was left since, with a \`last_seq\` of 0.
- \`reset\` \`{conversation_id: null, last_seq: 0}\`: the watermark was of another epoch; all heads follow.
${ends}`;

/** What happens, as it happens. Each event's id is where to begin again; a first one says where it begins. */
export const live = router({
  conversation: procedure("live.conversation")
    .meta({
      rest: {
        method: "GET",
        path: "/messages/{conversation_id}/events",
        tag: "messages",
        summary: "Follow a conversation",
        description: ofConversation,
        success: { 200: "Server-sent events" },
        body: "events",
        errors: ["not_found"],
        headers: [lastEventId],
      },
    })
    .input(FollowConversationInput)
    .subscription(({ ctx, input, signal = never() }) => {
      const { conversation_id } = input;
      const place = input.lastEventId ?? input.after;
      const { caller } = ctx;
      const follow = {
        conversation_id,
        ...(place != null && { after: toPlace(place) }),
        ...(caller.kind === "user" && { member: caller.user_id }),
      };
      return new Following({
        begin: () => ctx.live.followConversation(follow, untilExpiry(signal, caller)),
        toEvents: (news) => toConversationEvents(conversation_id, news),
      });
    }),

  user: procedure("live.user")
    .meta({
      rest: {
        method: "GET",
        path: "/users/{user_id}/events",
        tag: "conversations",
        summary: "Follow all conversations of a user",
        description: ofUser,
        success: { 200: "Server-sent events" },
        body: "events",
        headers: [lastEventId],
      },
    })
    .input(FollowUserInput)
    .subscription(({ ctx, input, signal = never() }) => {
      const { user_id } = input;
      const firstId = input.lastEventId ?? beginning;
      const since = firstId === beginning ? undefined : toPlace(firstId);
      const follow = { user_id, ...(since && { since }) };
      return new Following({
        begin: () => ctx.live.followUser(follow, untilExpiry(signal, ctx.caller)),
        toEvents: (news) => toUserEvents(user_id, news),
        // Until all heads are told, what was given stands: of another epoch, or of none, it leads to a reset again, and to all
        // heads.
        firstId: since === "unreadable" ? toPosition("0", 0) : firstId,
      });
    }),
});

function toPlace(text: string): Position | "unreadable" {
  return readPosition(text) ?? "unreadable";
}

// tRPC gives a signal to every subscription; its types do not say so, and a caller in this process may give none.
function never(): AbortSignal {
  return new AbortController().signal;
}
