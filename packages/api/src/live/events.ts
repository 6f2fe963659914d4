import { type Entry, toMessage } from "@chatnest/db";
import type { ConversationEvent, UserEvent } from "../schemas/live.ts";
import type { ConversationNews } from "./follow-conversation.ts";
import type { LiveEvent } from "./following.ts";
import { toPosition } from "./position.ts";
import type { UserNews } from "./user/follow-user.ts";

type MessageEvent = Extract<ConversationEvent, { type: "message" }>;

/** All followers share the event of an entry, so that what is written from it can be shared, too. */
const events = new WeakMap<Entry, MessageEvent>();

/** Converts news of a conversation to events. A client can resume from each of them. */
export function toConversationEvents(
  conversation_id: string,
  news: ConversationNews,
): LiveEvent<ConversationEvent>[] {
  const { kind, epoch } = news;
  if (kind === "entries") {
    return news.entries.map((entry) => ({
      id: toPosition(epoch, entry.seq),
      event: toMessageEvent(entry),
    }));
  }
  const { seq, last_seq } = news;
  return [{ id: toPosition(epoch, seq), event: { type: kind, conversation_id, last_seq } }];
}

/** Converts news of a user's conversations to events. A client can only resume from a watermark. */
export function toUserEvents(user_id: string, news: UserNews): LiveEvent<UserEvent>[] {
  switch (news.kind) {
    case "entries":
      return news.entries.map((entry) => ({ event: toMessageEvent(entry) }));
    case "heads": {
      const { heads, complete } = news;
      const event: UserEvent = { type: "heads", heads, complete };
      return [complete ? { id: news.watermark, event } : { event }];
    }
    case "reset":
      return [{ event: { type: "reset", conversation_id: null, last_seq: 0 } }];
    default: {
      const { kind, conversation_id, last_seq } = news;
      return [{ event: { type: kind, conversation_id, user_id, last_seq } }];
    }
  }
}

function toMessageEvent(entry: Entry): MessageEvent {
  const known = events.get(entry);
  if (known) return known;
  const event: MessageEvent = { type: "message", message: toMessage(entry) };
  events.set(entry, event);
  return event;
}
