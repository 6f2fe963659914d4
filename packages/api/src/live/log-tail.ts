import { setTimeout as pause } from "node:timers/promises";
import { type ChatStore, type Entry, readHead, type Stream } from "@chatnest/db";
import { nextTurn } from "../turn.ts";
import { deliveryChannel, ringMissChannel } from "./diagnostics.ts";

/** The size of the ring in bytes of JSON, and in entries. With it most readers need nothing from the store. */
const ringBytesMax = 128 * 1024;
const ringLengthMaxDefault = 256;
/** After how many calls of `age` without a new entry the ring is emptied. */
const agesMax = 3;
/** How long after a wake-up the next one waits, in ms, so that entries that arrive close together are sent together. */
const tickMs = 5;
/** How many entries are read from the store at a time, at most. */
const readLimitMax = 256;
/** How long a read waits when the store has not caught up with its own head, in ms. */
const pauseMs = 50;
const nothing: readonly Entry[] = [];

/**
 * What one process knows of a followed log: its head, and a ring of its newest entries. Readers ask for what comes after their
 * last entry, and are woken when there is more. It keeps nothing per reader, however many or slow they are.
 */
export class LogTail {
  readonly #store: ChatStore;
  readonly #stream: Stream;
  /** All entries after `#floor`, up to `#head`. */
  #ring: Entry[] = [];
  /** The size of each of them in bytes of JSON. */
  #ringSizes: number[] = [];
  #ringBytes = 0;
  readonly #ringLengthMax: number;
  #ages = 0;
  #floor = 0;
  #head: number | undefined;
  readonly #waiting = new Set<() => void>();
  /** The calls among these that wake a group of readers, and how many. */
  readonly #groups = new Map<() => void, () => number>();
  /** Readers at the same position share an array, and what is written from it, until this turn ends. */
  readonly #answers = new Map<number, readonly Entry[]>();
  readonly #reads = new Map<number, Promise<readonly Entry[]>>();
  /** How many entries are read at a time. It adapts to their size, so that about `ringBytesMax` is read. */
  #readLimit = 32;
  #tick: NodeJS.Timeout | undefined;
  /** When the first entry of the tick was learned of, by `performance.now()`. */
  #learnedAt = 0;
  #wokenAt = 0;

  constructor(store: ChatStore, stream: Stream, ringLengthMax = ringLengthMaxDefault) {
    this.#store = store;
    this.#stream = stream;
    this.#ringLengthMax = ringLengthMax;
  }

  /** The head, as far as this process knows it; `undefined` before it was read. */
  get head(): number | undefined {
    return this.#head;
  }

  /** Tells the head at a moment, if the kept entries show it. */
  headBefore(time: Date): number | undefined {
    const since = time.toISOString();
    const first = this.#ring.find(({ timestamp }) => timestamp >= since);
    const head = first ? first.seq - 1 : this.#head;
    // Entries that are not kept may be later, too.
    return head === 0 || (head ?? 0) > this.#floor ? head : undefined;
  }

  /**
   * Returns the head. Only the first call asks the store.
   * @throws StoreError `unavailable`, `closed`.
   */
  async readHead(): Promise<number> {
    if (this.#head === undefined) this.learn(await readHead(this.#store.log, this.#stream));
    return this.#head ?? 0;
  }

  /** Learns of an entry. One that is known or older than the head changes nothing. */
  push(entry: Entry): void {
    if (this.#head !== undefined && entry.seq <= this.#head) return;
    // The entries in between were missed. They are in the store.
    if (entry.seq !== (this.#head ?? -1) + 1) this.#clear(entry.seq - 1);
    const size = sizeOf(entry);
    this.#ring.push(entry);
    this.#ringSizes.push(size);
    this.#ringBytes += size;
    this.#ages = 0;
    this.#head = entry.seq;
    this.#trim();
    this.#answers.clear();
    this.#planTick();
  }

  /** Learns the head. */
  learn(head: number): void {
    if (this.#head !== undefined && head <= this.#head) return;
    this.#clear(head);
    this.#head = head;
    this.#planTick();
  }

  /**
   * Reads the next entries after a position, oldest first: up to 128 KiB of them, none at the head or beyond. Returns a promise
   * only when it has to read the store.
   * @throws StoreError `unavailable`, `closed`.
   */
  read(after: number): readonly Entry[] | Promise<readonly Entry[]> {
    if (this.#head === undefined || after < this.#floor) return this.#readStore(after);
    if (after >= this.#head) return nothing;
    const known = this.#answers.get(after);
    if (known) return known;
    const answer = this.#ring.filter(({ seq }) => seq > after);
    // Readers that are woken together read in the same turn. Kept longer, the answers would pile up.
    if (this.#answers.size === 0) setImmediate(() => this.#answers.clear());
    this.#answers.set(after, answer);
    return answer;
  }

  /**
   * Calls once when there is more; returns a function that cancels the call. Call it in the same turn as the empty `read`.
   * @param readers How many readers the call wakes, for diagnostics. One by default.
   */
  onMore(call: () => void, readers?: () => number): () => void {
    this.#waiting.add(call);
    if (readers) this.#groups.set(call, readers);
    return () => {
      this.#waiting.delete(call);
      this.#groups.delete(call);
    };
  }

  /** Wakes every reader now, whether there is more or not. */
  wake(): void {
    const isTick = this.#tick !== undefined;
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#wokenAt = performance.now();
    const readers = isTick && deliveryChannel.hasSubscribers ? this.#countReaders() : 0;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#groups.clear();
    for (const call of waiting) call();
    if (readers > 0) {
      deliveryChannel.publish({ delayMs: performance.now() - this.#learnedAt, readers });
    }
  }

  #countReaders(): number {
    let count = this.#waiting.size - this.#groups.size;
    for (const readers of this.#groups.values()) count += readers();
    return count;
  }

  /** Counts the time without a new entry. After a while the ring is emptied, and readers use the store. */
  age(): void {
    this.#ages++;
    if (this.#ages === agesMax && this.#head !== undefined) this.#clear(this.#head);
  }

  #clear(floor: number): void {
    this.#ring = [];
    this.#ringSizes = [];
    this.#ringBytes = 0;
    this.#floor = floor;
    this.#answers.clear();
  }

  #trim(): void {
    while (this.#ring.length > this.#ringLengthMax || this.#ringBytes > ringBytesMax) {
      const oldest = this.#ring.shift();
      if (!oldest) return;
      this.#ringBytes -= this.#ringSizes.shift() ?? 0;
      this.#floor = oldest.seq;
    }
  }

  #readStore(after: number): Promise<readonly Entry[]> {
    let reading = this.#reads.get(after);
    if (ringMissChannel.hasSubscribers) {
      const entriesBehind = Math.max((this.#head ?? 0) - after, 0);
      ringMissChannel.publish({ entriesBehind, isShared: reading !== undefined });
    }
    if (!reading) {
      reading = this.#askStore(after).finally(() => this.#reads.delete(after));
      this.#reads.set(after, reading);
    }
    return reading;
  }

  async #askStore(after: number): Promise<readonly Entry[]> {
    const range = { after, limit: this.#readLimit, from: "oldest" } as const;
    await nextTurn();
    const entries = await this.#store.log.page(this.#stream, range);
    if (entries.length > 0) return this.#cut(entries);
    // The head is at or before `after`. If not, the store has not caught up with its own head yet.
    this.learn(await readHead(this.#store.log, this.#stream));
    if ((this.#head ?? 0) > after) await pause(pauseMs);
    return entries;
  }

  // A slow reader holds on to what it was given, so that is limited as well.
  #cut(entries: Entry[]): Entry[] {
    let bytes = 0;
    const end = entries.findIndex((entry) => {
      bytes += sizeOf(entry);
      return bytes > ringBytesMax;
    });
    this.#readLimit = end < 0 ? Math.min(2 * this.#readLimit, readLimitMax) : Math.max(end, 1);
    return end < 0 ? entries : entries.slice(0, Math.max(end, 1));
  }

  // The first entry after a pause is delivered at once. Those that follow closely wait for the tick.
  #planTick(): void {
    if (this.#tick !== undefined || this.#waiting.size === 0) return;
    this.#learnedAt = performance.now();
    const wait = this.#wokenAt + tickMs - this.#learnedAt;
    this.#tick = setTimeout(() => this.wake(), Math.max(wait, 0));
  }
}

// Measured, since JSON may take six bytes for one character.
function sizeOf(entry: Entry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}
