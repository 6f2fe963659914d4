import type {
  ConversationEvent,
  ConversationNews,
  Following,
  LiveEvent,
  UserEvent,
  UserNews,
} from "@chatnest/api";
import type { Entry } from "@chatnest/db";
import { toEventText, withId } from "./sse.ts";

type News = ConversationNews | UserNews;
type Event = ConversationEvent | UserEvent;

/** What a procedure of `live` answers with. */
export type LiveFollowing = Following<News, Event>;

/** Made once for all who get the event, on whichever path. */
const texts = new WeakMap<Event, string>();

/** Writes what the followers of one path are told: entries that are sent together are written once for all who get them. */
export class EventChunks {
  readonly #made = new WeakMap<readonly Entry[], Buffer>();

  /** Writes a batch of a following. */
  toChunk(following: Pick<LiveFollowing, "toEvents">, news: News): string | Buffer {
    if (news.kind !== "entries") return join(following.toEvents(news), toText);
    const known = this.#made.get(news.entries);
    if (known) return known;
    const chunk = Buffer.from(join(following.toEvents(news), toKeptText));
    this.#made.set(news.entries, chunk);
    return chunk;
  }
}

function join(events: readonly LiveEvent<Event>[], write: (event: Event) => string): string {
  return events.map(({ id, event }) => withId(id, write(event))).join("");
}

function toKeptText(event: Event): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = toText(event);
  texts.set(event, text);
  return text;
}

function toText(event: Event): string {
  const { type, ...data } = event;
  return toEventText({ event: type, data: event.type === "message" ? event.message : data });
}
