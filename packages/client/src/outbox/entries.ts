import type { Entry } from "./entry.ts";
import type { OutboxItem } from "./outbox.ts";

/** The messages of an outbox in their order, in this page. */
export class Entries {
  readonly #onChange: () => void;
  readonly #gone = new Set<string>();
  #all: Entry[] = [];
  #items: readonly OutboxItem[] | undefined;

  /** @param onChange Called after each change. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get all(): readonly Entry[] {
    return this.#all;
  }

  /** What is shown: the same array until something changes. */
  get items(): readonly OutboxItem[] {
    this.#items ??= this.#all.map(({ item }) => item);
    return this.#items;
  }

  /** The place of the next message. It is never before another one, whatever the clock does. */
  get nextAt(): number {
    return Math.max(Date.now(), (this.#all.at(-1)?.saved.at ?? 0) + 1);
  }

  find(key: string): Entry | undefined {
    return this.#all.find(({ saved }) => saved.key === key);
  }

  /** Whether a message was removed in this page. */
  isGone(key: string): boolean {
    return this.#gone.has(key);
  }

  add(entry: Entry): void {
    this.addAll([entry]);
  }

  addAll(added: readonly Entry[]): void {
    if (added.length === 0) return;
    for (const { saved } of added) this.#gone.delete(saved.key);
    this.#all = [...this.#all, ...added];
    this.sort();
  }

  /** Takes that places have changed. */
  sort(): void {
    this.#all.sort((a, b) => a.saved.at - b.saved.at);
    this.#change();
  }

  /** Shows an entry in another state, unless it was removed. */
  show(entry: Entry, item: OutboxItem): void {
    entry.item = item;
    this.#change();
  }

  /** Removes an entry, and ends what is done with it. */
  remove(entry: Entry): void {
    this.#gone.add(entry.saved.key);
    this.#all = this.#all.filter((other) => other !== entry);
    clearTimeout(entry.timer);
    entry.sending?.abort();
    this.#change();
  }

  #change(): void {
    this.#items = undefined;
    this.#onChange();
  }
}
