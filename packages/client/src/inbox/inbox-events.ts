import type { MemberRead, MemberSettings, ReadState, UnreadTotals } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import type { ConversationDetails } from "../live/events.ts";

/** How far another member of a conversation has read. */
export interface InboxRead extends MemberRead {
  conversation_id: string;
}

/** What happens to one conversation of an inbox. */
export type ConversationChange = { conversation_id: string } & (
  | { type: "entry"; entry: AnyEntry }
  | { type: "read"; state: ReadState }
  | { type: "settings"; settings: MemberSettings }
  | { type: "details"; details: ConversationDetails }
  | { type: "joined" | "left" }
);

/**
 * What a connection tells of an inbox.
 *
 * - `connected`: what happens from here on follows.
 * - `reset`: the server continues from a restored backup. `connected` follows.
 * - `unread`: the totals, which may be as they were.
 * - `memberRead`: another member has read.
 */
export type InboxEvent =
  | { type: "connected"; user_id: string }
  | { type: "reset" }
  | { type: "unread"; totals: UnreadTotals }
  | { type: "memberRead"; read: InboxRead }
  | ConversationChange;
