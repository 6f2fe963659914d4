import { type ChatClient, createMessageId } from "../index.js";
import { createListeners } from "../lists/listeners.ts";
import { Entries } from "./entries.ts";
import { createEntry, type Entry, keyOf, toItem } from "./entry.ts";
import { createMirror } from "./mirror.ts";
import type { Outbox, OutboxSnapshot } from "./outbox.ts";
import { joinPages, type Pages } from "./pages.ts";
import { createSender } from "./sender.ts";
import { openStorage } from "./storage.ts";

/** Whose messages an outbox keeps. */
export interface OutboxOptions {
  client: ChatClient;
  /** Who sends: users of one browser never send each other's messages. */
  user_id: string;
  /** Names the database; pages that talk to several servers need one for each. @default `chatnest` */
  name?: string | undefined;
}

/**
 * Opens the outbox of a user, which sends at once what an earlier page left.
 * @example
 * ```ts
 * const client = createChatClient({ url: "", userId: "ada" });
 * const outbox = createOutbox({ client, user_id: "ada" });
 * outbox.send({ conversation_id: "tea", content: "Hello" });
 * ```
 */
export function createOutbox({ client, user_id, name = "chatnest" }: OutboxOptions): Outbox {
  const fullName = `${name}-outbox:${user_id}`;
  const listeners = createListeners();
  const writes = new Set<Promise<void>>();
  let snapshot: OutboxSnapshot | undefined;
  let isLeading = false;
  let isClosed = false;

  const entries = new Entries(change);
  const storage = openStorage({
    name: fullName,
    known: () => entries.all.filter(isKept).map(({ saved }) => saved),
    onChange: change,
  });
  const sender = createSender({
    client,
    entries,
    // What could not be saved is known to this page alone.
    maySend: ({ item }) => !isClosed && (isLeading || !item.isSaved),
    isSaved: (key) => storage.has(key),
    onSent: (entry, message) => track(mirror.end(entry, message)),
    onRefused(entry, { code, message, status, requestId, issues }) {
      const refused = { at: Date.now(), code, message, status, requestId, issues };
      entry.saved = { ...entry.saved, refused };
      show(entry);
    },
  });
  const mirror = createMirror({
    entries,
    storage,
    pages: (): Pages => pages,
    onChange: () => sender.wake(),
  });
  const pages = joinPages(fullName, {
    onNews: (news) => mirror.hear(news),
    onLead() {
      isLeading = true;
      void mirror.loaded.then(mirror.sync);
    },
    onLose() {
      isLeading = false;
      for (const { item, sending } of entries.all) if (item.isSaved) sending?.abort();
    },
  });
  // Only in windows and workers of browsers.
  globalThis.addEventListener?.("online", sender.wake);

  function change(): void {
    snapshot = undefined;
    listeners.tell();
  }

  function show(entry: Entry): void {
    entries.show(entry, toItem(entry.saved, entry.item.isSaved));
    track(mirror.save(entry));
  }

  function track(write: Promise<void>): void {
    const tracked = write.finally(() => writes.delete(tracked));
    writes.add(tracked);
  }

  async function written(): Promise<void> {
    await Promise.all(writes);
  }

  const named = (id: string) => entries.all.filter(({ item }) => item.id === id);

  return {
    user_id,
    subscribe: listeners.subscribe,
    getSnapshot() {
      snapshot ??= { items: entries.items, ...storage.state };
      return snapshot;
    },
    send({ id = createMessageId(), ...input }) {
      const known = entries.find(keyOf(input.conversation_id, id));
      if (known) return id;
      const entry = createEntry({ id, ...input }, user_id, entries.nextAt);
      entries.add(entry);
      show(entry);
      return id;
    },
    saved: written,
    retry(id) {
      for (const entry of named(id)) {
        if (entry.item.status !== "failed") continue;
        const { refused: _, ...saved } = entry.saved;
        entry.saved = saved;
        show(entry);
      }
      sender.wake();
    },
    remove(id) {
      for (const entry of named(id)) track(mirror.remove(entry));
    },
    close() {
      isClosed = true;
      globalThis.removeEventListener?.("online", sender.wake);
      for (const { timer, sending } of entries.all) {
        clearTimeout(timer);
        sending?.abort();
      }
      // What is being saved still is, and other pages hear of it.
      void written().then(() => {
        pages.close();
        storage.close();
      });
    },
  };
}

function isKept({ item }: Entry): boolean {
  return item.isSaved && item.status !== "sent";
}
