import { type RestAnswer, type RestQuery, toLinkHeaders } from "./rest.ts";
import type { MessagePage } from "./schemas/messages.ts";

/** Converts a page of messages to an array with links to the pages beside it. */
export function pageToRest({ messages, prev, next }: MessagePage, query: RestQuery): RestAnswer {
  return { status: 200, headers: toLinkHeaders({ prev, next }, query), body: messages };
}
