import type { Message } from "../index.js";
import type { Saved } from "./database.ts";
import type { Entries } from "./entries.ts";
import { type Entry, toEntry, toItem } from "./entry.ts";
import type { News, Pages } from "./pages.ts";
import type { Storage } from "./storage.ts";

/** What a mirror holds equal. */
export interface MirrorOptions {
  entries: Entries;
  storage: Storage;
  /** The other pages, which tell what they change. */
  pages(): Pages;
  /** Called when there may be something to send. */
  onChange(): void;
}

/** Keeps the messages of this page, the saved ones, and those of other pages equal. */
export interface Mirror {
  /** Takes what was saved before. Nothing is saved until then. */
  readonly loaded: Promise<void>;
  /** Takes what other pages have saved, changed and removed. */
  sync(): Promise<void>;
  /** Takes what another page tells. */
  hear(news: News): void;
  /** Saves a message in its present state. */
  save(entry: Entry): Promise<void>;
  /** Shows a message as sent for a while, and forgets it. */
  end(entry: Entry, message: Message): Promise<void>;
  /** Removes a message everywhere. */
  remove(entry: Entry): Promise<void>;
}

/** How long a sent message is shown, in ms: until the list of its conversation has it. */
const sentMs = 60_000;

function isToSave({ item, saving }: Entry): boolean {
  return !item.isSaved && item.status !== "sent" && saving === 0;
}

/** Creates the mirror of an outbox. */
export function createMirror({ entries, storage, pages, onChange }: MirrorOptions): Mirror {
  async function load(): Promise<void> {
    await sync();
    // What was written meanwhile comes after it, whatever the clock did.
    const isNew = ({ item }: Entry) => !item.isSaved;
    const before = entries.all.filter((entry) => !isNew(entry));
    let last = before.at(-1)?.saved.at ?? 0;
    for (const { saved } of entries.all.filter(isNew)) {
      last = Math.max(saved.at, last + 1);
      saved.at = last;
    }
    entries.sort();
  }

  async function sync(): Promise<void> {
    const all = await storage.readAll();
    const stored = new Map(all?.map((saved) => [saved.key, saved]));
    for (const entry of all ? entries.all : []) {
      const saved = stored.get(entry.saved.key);
      stored.delete(entry.saved.key);
      const { isSaved, status } = entry.item;
      // What is being saved, sent or shown as sent is newer here.
      if (!isSaved || entry.saving > 0 || status === "sent") continue;
      if (!saved) entries.remove(entry);
      else if (!entry.sending) update(entry, saved);
    }
    const isNews = ({ key }: Saved) => !entries.isGone(key);
    entries.addAll([...stored.values()].filter(isNews).map(toEntry));
    onChange();
  }

  function update(entry: Entry, saved: Saved): void {
    if (saved.refused?.at === entry.saved.refused?.at) return;
    entry.saved = saved;
    entries.show(entry, toItem(saved, true));
  }

  async function save(entry: Entry): Promise<void> {
    entry.saving++;
    await loaded;
    const isSaved = await storage.put(entry.saved);
    entry.saving--;
    if (isSaved !== entry.item.isSaved) entries.show(entry, { ...entry.item, isSaved });
    if (isSaved) pages().tell({});
    onChange();
    // There may be room now for what could not be saved before.
    if (isSaved) await Promise.all(entries.all.filter(isToSave).map(save));
  }

  function show(entry: Entry, message: Message): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => entries.remove(entry), sentMs);
    const { error: _, ...item } = entry.item;
    entries.show(entry, { ...item, status: "sent", message });
  }

  const loaded = load();

  return {
    loaded,
    sync,
    save,
    hear({ sent }) {
      if (!sent) return void sync();
      const { saved, message } = sent;
      if (entries.isGone(saved.key)) return;
      const entry = entries.find(saved.key) ?? toEntry(saved);
      if (!entries.find(saved.key)) entries.add(entry);
      if (entry.item.status !== "sent") show(entry, message);
    },
    async end(entry, message) {
      const { saved } = entry;
      show(entry, message);
      // First, so that no page takes the missing one for removed.
      pages().tell({ sent: { saved, message } });
      // Also after it is saved, which may be under way.
      if (entry.item.isSaved || entry.saving > 0) await storage.delete(saved.key);
    },
    async remove(entry) {
      entries.remove(entry);
      // After it is saved, which may be under way.
      await loaded;
      await storage.delete(entry.saved.key);
      pages().tell({});
    },
  };
}
