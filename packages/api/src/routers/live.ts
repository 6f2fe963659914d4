import { tracked } from "@trpc/server";
import { toTrpcError } from "../errors.ts";
import { type Position, readPosition, toPosition } from "../live/position.ts";
import type { UserNews } from "../live/user/follow-user.ts";
import {
  type ConversationEvent,
  FollowConversationInput,
  FollowUserInput,
  type UserEvent,
} from "../schemas/live.ts";
import { procedure, router } from "../trpc.ts";

/** The id of what a user is told before the first watermark: who comes back with it comes as for the first time. */
const beginning = "0";

/** What happens, as it happens. Each event's id is where to begin again; a first one says where it begins. */
export const live = router({
  conversation: procedure("live.conversation")
    .input(FollowConversationInput)
    .subscription(async function* ({ ctx, input, signal }) {
      const { conversation_id } = input;
      const place = input.lastEventId ?? input.after;
      const follow = { conversation_id, ...(place != null && { after: toPlace(place) }) };
      try {
        for await (const news of ctx.live.followConversation(follow, toSignal(signal))) {
          if (news.kind === "messages") {
            for (const message of news.messages) {
              const event: ConversationEvent = { type: "message", message };
              yield tracked(toPosition(news.epoch, message.seq), event);
            }
          } else {
            const { kind, epoch, seq, last_seq } = news;
            const event: ConversationEvent = { type: kind, conversation_id, last_seq };
            yield tracked(toPosition(epoch, seq), event);
          }
        }
      } catch (error) {
        throw toTrpcError(error);
      }
    }),

  user: procedure("live.user")
    .input(FollowUserInput)
    .subscription(async function* ({ ctx, input, signal }) {
      const { user_id } = input;
      const lastEventId = input.lastEventId ?? beginning;
      const since = lastEventId === beginning ? undefined : toPlace(lastEventId);
      const follow = { user_id, ...(since && { since }) };
      // Only a watermark is a place to begin again, so every event carries the newest one. Until all heads are told that is what
      // was given: of another epoch, or of none, it leads to a reset again, and to all heads.
      let watermark = since === "unreadable" ? toPosition("0", 0) : lastEventId;
      try {
        for await (const news of ctx.live.followUser(follow, toSignal(signal))) {
          if (news.kind === "heads" && news.complete) watermark = news.watermark;
          for (const event of toUserEvents(news, user_id)) yield tracked(watermark, event);
        }
      } catch (error) {
        throw toTrpcError(error);
      }
    }),
});

function toUserEvents(news: UserNews, user_id: string): UserEvent[] {
  switch (news.kind) {
    case "messages":
      return news.messages.map((message) => ({ type: "message", message }));
    case "heads":
      return [{ type: "heads", heads: news.heads, complete: news.complete }];
    case "reset":
      return [{ type: "reset" }];
    default: {
      const { kind, conversation_id, last_seq } = news;
      return [{ type: kind, conversation_id, user_id, last_seq }];
    }
  }
}

function toPlace(text: string): Position | "unreadable" {
  return readPosition(text) ?? "unreadable";
}

// tRPC gives a signal to every subscription; its types do not say so.
function toSignal(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? new AbortController().signal;
}
