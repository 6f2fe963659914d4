import type { InboxConversation, UnreadTotals } from "../entities.ts";
import type { ConversationChange } from "./inbox-events.ts";
import {
  foldEntry,
  type InboxItem,
  readUpTo,
  setDetails,
  setSettings,
  toItem,
} from "./inbox-item.ts";
import { countUnread } from "./totals.ts";

/** The conversations of an inbox as the server has confirmed them. */
export class HeldInbox {
  /** Whose inbox it is; empty until that is known. */
  user_id = "";
  readonly #onChange: () => void;
  #items = new Map<string, InboxItem>();

  /** @param onChange Called after each change. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#items.size;
  }

  get items(): readonly InboxItem[] {
    return [...this.#items.values()];
  }

  /** What is unread in them. */
  get totals(): UnreadTotals {
    return countUnread(this.items.map(({ row }) => row));
  }

  get isUnsure(): boolean {
    return this.items.some((item) => item.isUnsure);
  }

  get(conversationId: string): InboxItem | undefined {
    return this.#items.get(conversationId);
  }

  /** Holds these conversations alone. A row that is as before stays the same object. */
  replace(rows: readonly InboxConversation[]): void {
    const before = this.#items;
    this.#items = new Map();
    for (const row of rows) {
      const known = before.get(row.id)?.row;
      this.put(known && JSON.stringify(known) === JSON.stringify(row) ? known : row);
    }
    this.#onChange();
  }

  /** Puts a conversation of a page, in the place of what is held of it. */
  put(row: InboxConversation): void {
    this.#items.set(row.id, toItem(row));
    this.#onChange();
  }

  /** Applies a change; returns `false` when the conversation is not held. */
  apply(change: ConversationChange): boolean {
    const item = this.#items.get(change.conversation_id);
    if (!item) return change.type === "left";
    const next = this.#changed(item, change);
    if (next === item) return true;
    if (next) this.#items.set(change.conversation_id, next);
    else this.#items.delete(change.conversation_id);
    this.#onChange();
    return true;
  }

  #changed(item: InboxItem, change: ConversationChange): InboxItem | undefined {
    switch (change.type) {
      case "entry":
        return foldEntry(item, change.entry, this.user_id);
      case "read":
        return readUpTo(item, change.state);
      case "settings":
        return setSettings(item, change.settings);
      case "details":
        return setDetails(item, change.details);
      case "joined":
        // The user has left it unnoticed, and begins anew.
        return { ...item, isUnsure: true };
      case "left":
        return undefined;
    }
  }
}
