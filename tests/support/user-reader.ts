import type { ChatStore } from "@chatnest/db";
import { say, upTo } from "./live.ts";
import { pathOf, unique } from "./rest.ts";
import { type ReadEvent, SseReader } from "./sse-reader.ts";

/** Where a conversation ends, as a follower of a user is told. */
export interface Place {
  conversation_id: string;
  last_seq: number;
}

/** Some of the places of a user. */
export interface Heads {
  heads: Place[];
  complete: boolean;
}

/** Follows all conversations of a user, and waits until it was told where they end. */
export async function followUser(
  { url }: { url: string },
  user: string,
  lastEventId?: string,
): Promise<SseReader> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const reader = await SseReader.open(url + pathOf("users", user, "events"), { headers });
  return reader.until(({ events }) => events.some(isComplete));
}

function isComplete({ event, data }: ReadEvent): boolean {
  return event === "heads" && (data as Heads).complete;
}

/** All places that a follower was told. */
export function headsOf(reader: SseReader): Place[] {
  return reader.dataOf<Heads>("heads").flatMap(({ heads }) => heads);
}

/** What a follower was told, in order. */
export function kindsOf(reader: SseReader): string[] {
  return reader.events.map(({ event }) => event);
}

/** Begins conversations of a new user, with two messages of another in each. */
export async function beginConversations(
  store: ChatStore,
  count: number,
): Promise<{ user: string; rooms: string[] }> {
  const user = unique("user");
  const rooms = upTo(count).map(() => unique("room"));
  for (const id of rooms) {
    await store.conversations.create({ id, user_ids: [user, "ann"] });
    await say(store, id, 2);
  }
  return { user, rooms };
}
