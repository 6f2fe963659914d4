import type { InboxConversation, InboxSettings } from "@chatnest/client";
import type { MenuItem } from "../ui/menu.tsx";
import { isMuted } from "./describe.ts";

/** What one can do with the conversations of an inbox. */
export interface InboxActions {
  markRead(conversation_id: string): void;
  markUnread(conversation_id: string, unread_from: number): void;
  update(conversation_id: string, settings: InboxSettings): void;
}

const hourMs = 3_600_000;
/** The last time that is muted for good. */
const always = "9999-12-31T23:59:59.999Z";

/** Returns the entries of the menu of a conversation. */
export function toItems(conversation: InboxConversation, actions: InboxActions): MenuItem[] {
  const { id, pinned, archived, unread_count, messages } = conversation;
  const newest = messages.at(-1);
  const set = (label: string, settings: () => InboxSettings): MenuItem => ({
    label,
    run: () => actions.update(id, settings()),
  });
  const items = [
    unread_count > 0
      ? { label: "Mark as read", run: () => actions.markRead(id) }
      : newest && { label: "Mark as unread", run: () => actions.markUnread(id, newest.seq) },
    set(pinned ? "Unpin" : "Pin", () => ({ pinned: !pinned })),
    ...(isMuted(conversation)
      ? [set("Unmute", () => ({ muted_until: null }))]
      : [
          set("Mute for an hour", () => ({
            muted_until: new Date(Date.now() + hourMs).toISOString(),
          })),
          set("Mute until I unmute it", () => ({ muted_until: always })),
        ]),
    set(archived ? "Move to the inbox" : "Archive", () => ({ archived: !archived })),
  ];
  return items.filter((item) => item !== undefined);
}
