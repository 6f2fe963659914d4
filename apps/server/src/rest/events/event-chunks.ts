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
  readonly #ofMessages = new WeakMap<readonly Entry[], Buffer>();
  readonly #ofAll = new WeakMap<readonly Entry[], Buffer>();

  /** Writes a batch of a following. It is empty when the follower gets nothing of it. */
  toChunk(following: Pick<LiveFollowing, "toEvents" | "entries">, news: News): string | Buffer {
    if (news.kind !== "entries") return join(following.toEvents(news), toText);
    const made = following.entries === "all" ? this.#ofAll : this.#ofMessages;
    const known = made.get(news.entries);
    if (known) return known;
    const chunk = Buffer.from(join(following.toEvents(news), toKeptText));
    made.set(news.entries, chunk);
    return chunk;
  }
}

// An id alone is no event, but a client that comes back sends it: https://html.spec.whatwg.org/multipage/server-sent-events.html
function join(events: Iterable<LiveEvent<Event>>, write: (event: Event) => string): string {
  let text = "";
  for (const { id, event } of events) text += withId(id, event ? write(event) : "\n");
  return text;
}

function toKeptText(event: Event): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = toText(event);
  texts.set(event, text);
  return text;
}

function toText(event: Event): string {
  if (event.type === "message") return toEventText({ event: "message", data: event.message });
  if (event.type === "entry") return toEventText({ event: event.entry.kind, data: event.entry });
  const { type, ...data } = event;
  return toEventText({ event: type, data });
}
