import { setTimeout as pause } from "node:timers/promises";
import { type ChatStore, type Entry, readHead, type Stream } from "@chatnest/db";
import { nextTurn } from "../turn.ts";
import { deliveryChannel, ringMissChannel } from "./diagnostics.ts";

/** How much is kept of the newest entries of a followed log, so that the common reader asks the store for nothing. */
const ringBytesMax = 128 * 1024;
const ringLengthMaxDefault = 256;
/** So many calls of `age` without an entry are a pause, behind which nothing is kept. */
const agesMax = 3;
/** How long wake-ups are held back so that what arrives close together is told together, in ms; none after a pause. */
const tickMs = 5;
const readLimitMax = 256;
const pauseMs = 50;
const nothing: readonly Entry[] = [];
const one = () => 1;

/**
 * The end of one log, as one process knows it: where it ends, and its newest entries. Readers ask for what comes after the
 * last entry they had, and are woken when there is more; how many they are, and how slow, costs it nothing.
 */
export class LogTail {
  readonly #store: ChatStore;
  readonly #stream: Stream;
  /** Everything behind `#floor` up to `#head`. */
  #ring: Entry[] = [];
  /** What each of them takes when it is written. */
  #ringSizes: number[] = [];
  #ringBytes = 0;
  readonly #ringLengthMax: number;
  #ages = 0;
  #floor = 0;
  #head: number | undefined;
  /** What to call when there is more, and how many readers that wakes. */
  readonly #waiting = new Map<() => void, () => number>();
  /** Readers that stand at the same place share an answer, and what is made of it, until this turn ends. */
  readonly #answers = new Map<number, readonly Entry[]>();
  readonly #reads = new Map<number, Promise<readonly Entry[]>>();
  /** How many entries are read at a time: about as many as are kept, however long they are. */
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

  /** Learns of an entry; one that is known, or came late, changes nothing. */
  push(entry: Entry): void {
    if (this.#head !== undefined && entry.seq <= this.#head) return;
    // What lies between was not heard of: it is in the store.
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
   * Reads what comes after a position: some of it, the oldest first; nothing when that is the end, or lies ahead of it. The
   * answer is a promise only where the store is to be asked.
   * @throws StoreError `unavailable` or `closed`.
   */
  read(after: number): readonly Entry[] | Promise<readonly Entry[]> {
    if (this.#head === undefined || after < this.#floor) return this.#readStore(after);
    if (after >= this.#head) return nothing;
    const known = this.#answers.get(after);
    if (known) return known;
    const answer = this.#ring.filter(({ seq }) => seq > after);
    // All who are woken together read in the same turn; who comes later would keep every place that anybody stood at.
    if (this.#answers.size === 0) setImmediate(() => this.#answers.clear());
    this.#answers.set(after, answer);
    return answer;
  }

  /**
   * Calls once when there is more; returns a function that cancels the call. Call it in the same turn as the empty `read`.
   * @param readers How many readers the call wakes, for diagnostics. One by default.
   */
  onMore(call: () => void, readers: () => number = one): () => void {
    this.#waiting.set(call, readers);
    return () => this.#waiting.delete(call);
  }

  /** Wakes every reader now, whether there is more or not. */
  wake(): void {
    const isTick = this.#tick !== undefined;
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#wokenAt = performance.now();
    const readers = isTick && deliveryChannel.hasSubscribers ? this.#countReaders() : 0;
    const waiting = [...this.#waiting.keys()];
    this.#waiting.clear();
    for (const call of waiting) call();
    if (readers > 0) {
      deliveryChannel.publish({ delayMs: performance.now() - this.#learnedAt, readers });
    }
  }

  #countReaders(): number {
    let count = 0;
    for (const readers of this.#waiting.values()) count += readers();
    return count;
  }

  /** Lets time pass, in steps: in a longer pause nothing is kept, and readers find all in the store. */
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
    // The log ends there, or before. Where it says otherwise, the store has not caught up with itself.
    this.learn(await readHead(this.#store.log, this.#stream));
    if ((this.#head ?? 0) > after) await pause(pauseMs);
    return entries;
  }

  // A reader that takes nothing holds what it was given, so that is bounded too.
  #cut(entries: Entry[]): Entry[] {
    let bytes = 0;
    const end = entries.findIndex((entry) => {
      bytes += sizeOf(entry);
      return bytes > ringBytesMax;
    });
    this.#readLimit = end < 0 ? Math.min(2 * this.#readLimit, readLimitMax) : Math.max(end, 1);
    return end < 0 ? entries : entries.slice(0, Math.max(end, 1));
  }

  // Without a delay after a pause; what comes soon after waits for the tick, with all that comes meanwhile.
  #planTick(): void {
    if (this.#tick !== undefined || this.#waiting.size === 0) return;
    this.#learnedAt = performance.now();
    const wait = this.#wokenAt + tickMs - this.#learnedAt;
    this.#tick = setTimeout(() => this.wake(), Math.max(wait, 0));
  }
}

// One character may take six bytes when it is written.
function sizeOf(entry: Entry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}
