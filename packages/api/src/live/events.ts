import { type Entry, type MessageEntry, toMessage } from "@chatnest/db";
import type { ConversationEvent, UserEvent } from "../schemas/live.ts";
import type { ConversationNews } from "./follow-conversation.ts";
import type { LiveEvent } from "./following.ts";
import { toPosition } from "./position.ts";
import type { UserNews } from "./user/follow-user.ts";

type MessageEvent = Extract<ConversationEvent, { type: "message" }>;
type EntryEvent = Extract<ConversationEvent, { type: "entry" }>;

/** Who gets events. */
export interface EventsFor {
  /** `all` who asks for entries of all kinds. Others get messages, without those that are deleted. */
  entries?: "all" | undefined;
}

/** After how many entries that are not sent the position is sent by itself, so that a reconnect does not read them again. */
const unsentMax = 32;

/** All followers share the events of an entry, so that what is written from them can be shared, too. */
const messageEvents = new WeakMap<MessageEntry, MessageEvent>();
const entryEvents = new WeakMap<Entry, EntryEvent>();

/**
 * Converts news of a conversation to events. A client can resume from each of them. Entries are converted one by one as they are
 * taken: a text that is erased meanwhile is not sent.
 */
export function* toConversationEvents(
  news: ConversationNews,
  { conversation_id, entries }: EventsFor & { conversation_id: string },
): Generator<LiveEvent<ConversationEvent>, void> {
  if (news.kind === "conversation") {
    const { title, metadata } = news;
    yield { event: { type: news.kind, conversation_id, title, metadata } };
    return;
  }
  const { kind, epoch } = news;
  if (kind !== "entries") {
    const { seq, last_seq } = news;
    yield { id: toPosition(epoch, seq), event: { type: kind, conversation_id, last_seq } };
    return;
  }
  const toEvent = entries === "all" ? toEntryEvent : toMessageEvent;
  let unsent = 0;
  for (const entry of news.entries) {
    const event = toEvent(news.erasures.apply(entry));
    unsent = event ? 0 : unsent + 1;
    if (event) yield { id: toPosition(epoch, entry.seq), event };
    else if (unsent % unsentMax === 0) yield { id: toPosition(epoch, entry.seq) };
  }
}

/** Converts news of a user's conversations to events. A client can only resume from a watermark. */
export function* toUserEvents(
  news: UserNews,
  { user_id, entries }: EventsFor & { user_id: string },
): Generator<LiveEvent<UserEvent>, void> {
  switch (news.kind) {
    case "entries": {
      const toEvent = entries === "all" ? toEntryEvent : toMessageEvent;
      for (const entry of news.entries) {
        const event = toEvent(news.erasures.apply(entry));
        if (event) yield { event };
      }
      return;
    }
    case "heads": {
      const { heads, complete } = news;
      const event: UserEvent = { type: "heads", heads, complete };
      yield complete ? { id: news.watermark, event } : { event };
      return;
    }
    case "reset":
      yield { event: { type: "reset", conversation_id: null, last_seq: 0 } };
      return;
    case "joined":
    case "left": {
      const { kind, conversation_id, last_seq } = news;
      yield { event: { type: kind, conversation_id, user_id, last_seq } };
      return;
    }
    default: {
      const { kind, ...state } = news;
      yield { event: { type: kind, ...state } as UserEvent };
    }
  }
}

function toMessageEvent(entry: Entry): MessageEvent | undefined {
  if (entry.kind !== "message" || entry.erased) return undefined;
  const known = messageEvents.get(entry);
  if (known) return known;
  const event: MessageEvent = { type: "message", message: toMessage(entry) };
  messageEvents.set(entry, event);
  return event;
}

function toEntryEvent(entry: Entry): EntryEvent {
  const known = entryEvents.get(entry);
  if (known) return known;
  const event: EntryEvent = { type: "entry", entry };
  entryEvents.set(entry, event);
  return event;
}
