import type {
  ConversationEvent,
  ConversationNews,
  Following,
  LiveEvent,
  Message,
  UserEvent,
  UserNews,
} from "@chatnest/api";
import { toEventText, withId } from "./sse.ts";

type News = ConversationNews | UserNews;
type Event = ConversationEvent | UserEvent;

/** What a procedure of `live` answers with. */
export type LiveFollowing = Following<News, Event>;

/** Made once for all who get the message, on whichever path. */
const texts = new WeakMap<Message, string>();

/** Writes what the followers of one path are told: messages that are sent together are written once for all who get them. */
export class EventChunks {
  readonly #made = new WeakMap<readonly Message[], Buffer>();

  /** Writes a batch of a following. */
  toChunk(following: Pick<LiveFollowing, "toEvents">, news: News): string | Buffer {
    if (news.kind !== "messages") return toText(following.toEvents(news));
    const known = this.#made.get(news.messages);
    if (known) return known;
    const chunk = Buffer.from(toText(following.toEvents(news)));
    this.#made.set(news.messages, chunk);
    return chunk;
  }
}

function toText(events: readonly LiveEvent<Event>[]): string {
  return events.map(({ id, event }) => withId(id, toBody(event))).join("");
}

function toBody(event: Event): string {
  if (event.type === "message") return toMessageBody(event.message);
  const { type, ...data } = event;
  return toEventText({ event: type, data });
}

function toMessageBody(message: Message): string {
  const known = texts.get(message);
  if (known !== undefined) return known;
  const text = toEventText({ event: "message", data: message });
  texts.set(message, text);
  return text;
}
