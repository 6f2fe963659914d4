import { toConversationEvents, toUserEvents } from "../live/events.ts";
import { beginning, Following } from "../live/following.ts";
import { readPosition } from "../live/position.ts";
import { untilExpiry } from "../live/until-expiry.ts";
import { readWatermark, toWatermark } from "../live/user/watermark.ts";
import type { RestHeader } from "../rest.ts";
import { FollowConversationInput, FollowUserInput } from "../schemas/live.ts";
import { procedure, router } from "../trpc.ts";

const lastEventId: RestHeader = {
  name: "Last-Event-ID",
  description: "The id of the last event received. Browsers send it when they reconnect.",
  field: "lastEventId",
};

const all = `
With \`entries=all\`, or \`text/event-stream;entries=all\` in \`Accept\`, which older servers ignore, the events are the entries of the log: \`message\`, \`edit\`, \`deletion\` and \`reaction\`, each an Entry with the whole new state of what it changes. Over tRPC they are \`{type: "entry", entry}\`. \`last_seq\` is then the newest entry, else the newest message that is not deleted.`;

const ends = `- \`unavailable\` \`{code, detail}\`: the event stream ends; reconnect after \`retry\`.
- \`expired\` \`{}\`: the token has expired; reconnect with a new one.

A comment line every 15 seconds shows that the connection is alive.`;

const ofConversation = `The events of a conversation:

- \`ready\` \`{conversation_id, last_seq}\`: the first event. Its id is the position where the events start. Without \`entries=all\` it is sent again when the message at \`last_seq\` is deleted before it is sent.
- \`message\`, a Message. Each is sent once and in order. Its id is the position to resume from.
- \`reset\` \`{conversation_id, last_seq}\`: the requested position is of another epoch (a backup was restored) or unreadable. Events continue from here.
${ends}

Events start after \`Last-Event-ID\`, else after \`after\`, else now. A conversation that does not exist yet has no events but \`ready\`.
${all}

With \`entries=all\` there is also \`conversation\` \`{conversation_id, title, metadata}\`, without an id, when the title or the metadata may have changed. \`null\`: there is none. Changes while the client was not connected are not told.`;

const inbox = `With \`inbox=true\` the events also keep an inbox up to date. These have no id, and each tells the whole state, at most once a second:

- \`heads\`: of all conversations also after a reconnect, each also with \`read_seq\`, \`unread_count\` and \`mention_count\`, and with \`revision\`, \`muted_until\`, \`pinned\` and \`archived\` where they are not 0, \`null\` or \`false\`.
- \`unread\` \`{conversations, messages, mentions}\`: the totals, first after the heads, then when they have changed.
- \`read\` \`{conversation_id, user_id, read_seq, revision, unread_count, mention_count}\`: what is new to the user in a conversation has changed: by a message, a deletion, or a mark from any device. With \`entries=all\`, messages and deletions do not lead to it: the client knows what they change.
- \`read\` \`{conversation_id, user_id, read_seq}\`: another member has marked the conversation. Only in conversations of at most 100 members. Messages, which also mark the conversation for their author, do not lead to this event.
- \`settings\` \`{conversation_id, user_id, muted_until, pinned, archived}\`: what the user has set, also when the first message has come in a conversation since the client connected.
- \`conversation\` \`{conversation_id, title, metadata}\`: the title or the metadata may have changed; \`null\`: there is none. Changes while the client was not connected are not told.`;

const ofUser = `The events of all conversations of a user, over one connection:

- \`heads\` \`{heads: [{conversation_id, last_seq}], complete}\`: the newest position of each conversation, at most 500 in one event. The last of these events is \`complete\`. Its id is a watermark: a client that reconnects with it as \`Last-Event-ID\` only gets the heads of conversations that were active or joined since. A conversation joined since then also has a \`joined_seq\`: the messages after it were sent since the joining.
- \`message\`, a Message. Each is sent once, in the order of its conversation, starting right after its head.
- \`joined\`, \`left\` \`{conversation_id, user_id, last_seq}\`: the user joined or left a conversation. A client that reconnects with a watermark first gets \`left\` for the conversations left since, with a \`last_seq\` of 0.
- \`reset\` \`{conversation_id: null, last_seq: 0}\`: the watermark is of another epoch or unreadable; all heads follow.
${ends}
${all}

${inbox}`;

/** Events as they happen. A client resumes with the id of the last event it received. */
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
      const { conversation_id, entries } = input;
      const place = input.lastEventId ?? input.after;
      const { caller } = ctx;
      const follow = {
        conversation_id,
        entries,
        ...(place != null && { after: readPosition(place) ?? ("unreadable" as const) }),
        ...(caller.kind === "user" && { member: caller.user_id }),
      };
      return new Following({
        begin: () => ctx.live.followConversation(follow, untilExpiry(signal, caller)),
        toEvents: (news) => toConversationEvents(news, { conversation_id, entries }),
        entries,
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
      const { user_id, entries, inbox } = input;
      const firstId = input.lastEventId ?? beginning;
      const since =
        firstId === beginning ? undefined : (readWatermark(firstId) ?? ("unreadable" as const));
      const follow = { user_id, entries, inbox, ...(since && { since }) };
      return new Following({
        begin: () => ctx.live.followUser(follow, untilExpiry(signal, ctx.caller)),
        toEvents: (news) => toUserEvents(news, { user_id, entries }),
        entries,
        // The given id stands until all heads are sent. An unreadable one is replaced by one that also leads to a reset.
        firstId: since === "unreadable" ? toWatermark({ epoch: "0", atMs: 0 }) : firstId,
      });
    }),
});

// tRPC passes a signal to every subscription, though its types allow none, and callers in this process may omit it.
function never(): AbortSignal {
  return new AbortController().signal;
}
