import type { ChatStore, Conversation } from "@chatnest/db";
import type { Hub } from "../hub.ts";
import type { ConversationDetails } from "./inbox-news.ts";
import type { Inboxes } from "./inboxes.ts";
import { Kept } from "./kept.ts";
import { readConnected } from "./read-connected.ts";
import { createRounds } from "./rounds.ts";

type Listener = (details: ConversationDetails) => void;

/** Tells what conversations are called, and what is kept with them. */
export interface DetailsWatch {
  /** Calls whenever this may have changed. Returns a function that ends it. */
  follow(conversationId: string, call: Listener): () => void;
  /** Reads conversations again where events may not arrive: those that are followed, or active in a followed inbox. */
  check(): void;
}

/** How many conversations are read in one round. Each may have a thousand ids of members. */
const conversationsMax = 20;
/** Of how many conversations it is remembered what was told. */
const keptMax = 1_000;

/**
 * Creates the watch over titles and metadata. A conversation is read at most once a second, for all who are told together: its
 * followers, and the followed inboxes of its members.
 */
export function createDetailsWatch(store: ChatStore, hub: Hub, { users }: Inboxes): DetailsWatch {
  const listeners = new Map<string, Set<Listener>>();
  /** The conversations that have changed; others are only compared. */
  const changed = new Set<string>();
  /** What was told where events do not arrive, as JSON. */
  const told = new Kept<string>(keptMax);
  const rounds = createRounds({ hub, size: conversationsMax, read });

  hub.onEvent((event) => {
    if (event.kind === "missed") for (const id of listeners.keys()) change(id);
    if (event.kind !== "conversation") return;
    const { conversation_id } = event;
    if (users.size > 0 || listeners.has(conversation_id)) change(conversation_id);
  });

  function change(conversationId: string): void {
    changed.add(conversationId);
    rounds.ask(conversationId);
  }

  async function read(asked: readonly string[]): Promise<void> {
    const heard = asked.filter((id) => changed.delete(id));
    try {
      const connected = await readConnected(store, users, asked);
      let ids = asked.filter((id) => listeners.has(id) || connected.has(id));
      while (ids.length > 0) {
        // Where the metadata are too long, the rest is left for the next call.
        const found = await store.conversations.get(ids, 0, 0);
        for (const conversation of found) {
          const { id } = conversation;
          if (isNews(conversation) || heard.includes(id)) tell(conversation, connected.get(id));
        }
        const last = found.at(-1);
        ids = last ? ids.slice(ids.indexOf(last.id) + 1) : [];
      }
    } catch (error) {
      for (const id of heard) changed.add(id);
      throw error;
    }
  }

  /** Tells whether a conversation is different from what was told where events do not arrive, and remembers it. */
  function isNews({ id, title, metadata }: Conversation): boolean {
    if (store.watchState() === "live") {
      told.delete(id);
      return true;
    }
    const json = JSON.stringify([title, metadata]);
    const isSame = json === told.get(id);
    told.set(id, json);
    return !isSame;
  }

  function tell(conversation: Conversation, userIds: readonly string[] = []): void {
    const { id, title, metadata } = conversation;
    const details = { conversation_id: id, title: title ?? null, metadata: metadata ?? null };
    for (const call of listeners.get(id) ?? []) call(details);
    for (const userId of userIds) {
      for (const { feed } of users.get(userId)?.followers ?? []) {
        feed.tell({ kind: "conversation", ...details });
      }
    }
  }

  return {
    follow(conversationId, call) {
      const some = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, some.add(call));
      // What others were told before says nothing of this one.
      told.delete(conversationId);
      return () => {
        some.delete(call);
        if (some.size === 0 && listeners.get(conversationId) === some) {
          listeners.delete(conversationId);
        }
      };
    },
    check() {
      if (store.watchState() === "live") return;
      for (const id of listeners.keys()) rounds.ask(id);
      for (const { followers } of users.values()) {
        for (const { feed } of followers) for (const id of feed.conversations()) rounds.ask(id);
      }
    },
  };
}
