import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { trustedCaller } from "../src/caller.ts";
import { createContext } from "../src/context.ts";
import { createCaller, type RouterInputs } from "../src/root.ts";
import type { InboxConversation } from "../src/schemas/inboxes.ts";

type Walk = RouterInputs["conversations"]["page"] & { betweenPages?: () => Promise<unknown> };

/** Opens a store in memory, and what reads its inboxes. */
export function openInboxes() {
  const store = openSqliteStore(":memory:");
  const api = createCaller(createContext({ store, caller: trustedCaller }));

  /** Creates one conversation of a user for each day, last active on that day. */
  async function talk(user_id: string, days: number[]): Promise<{ id: string; day: number }[]> {
    const rooms = days.map((day) => ({ id: randomUUID(), day }));
    const messages = rooms.map(({ id, day }) => ({
      id: randomUUID(),
      user_id,
      content: "hi",
      conversation_id: id,
      timestamp: new Date(Date.UTC(2020, 0, 1 + day)).toISOString(),
    }));
    for (let start = 0; start < messages.length; start += 1_000) {
      await api.messages.import({ messages: messages.slice(start, start + 1_000) });
    }
    return rooms;
  }

  /** Reads all pages of an inbox. */
  async function walk({ betweenPages, ...input }: Walk): Promise<InboxConversation[][]> {
    const pages: InboxConversation[][] = [];
    let place: { cursor: string } | null | undefined;
    while (place !== null) {
      const { conversations, next } = await api.conversations.page({ ...input, ...place });
      pages.push(conversations);
      if (pages.length > 50) throw new Error("the walk does not end");
      await betweenPages?.();
      place = next;
    }
    return pages;
  }

  /** Reads an inbox that is streamed. */
  async function collect(user_id: string, messages?: number): Promise<InboxConversation[]> {
    const input = { user_id, ...(messages !== undefined && { messages }) };
    const all: InboxConversation[] = [];
    for await (const conversation of await api.conversations.all(input)) all.push(conversation);
    return all;
  }

  return { store, api, talk, walk, collect };
}

/** Returns the ids of conversations. */
export function idsOf(conversations: readonly { id: string }[]): string[] {
  return conversations.map(({ id }) => id);
}
