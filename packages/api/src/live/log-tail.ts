import { setTimeout as pause } from "node:timers/promises";
import { type ChatStore, callInSlices, type Entry, type Stream } from "@chatnest/db";
import { nextTurn } from "../turn.ts";
import { deliveryChannel, ringMissChannel } from "./diagnostics.ts";
import { Erasures } from "./erasures.ts";
import { Ring, ringBytesMax, sizeOf } from "./ring.ts";
import { SharedAnswers } from "./shared-answers.ts";
import { SharedReads } from "./shared-reads.ts";

/** After how many calls of `age` without a new entry the ring is emptied. */
const agesMax = 3;
/** How long after a wake-up the next one waits, in ms, so that entries that arrive close together are sent together. */
const tickMs = 5;
/** How many entries are read from the store at a time, at most. */
const readLimitMax = 256;
/** How long a read waits when the store has not caught up with its own head, in ms. */
const pauseMs = 50;
/** How many readers are woken in one turn of the event loop. */
export const wokenAtOnce = 50;
const nothing: readonly Entry[] = [];
const noHead = { seq: 0, said_seq: 0 };

/** The options of a tail. */
export interface LogTailOptions {
  /** How many entries are kept at most. @default 256 */
  ringLengthMax?: number | undefined;
  /** What the process knows of erased texts. It is applied to what is read from the store. */
  erasures?: Erasures;
}

/**
 * What one process knows of a followed log: its head, and a ring of its newest entries. Readers ask for what comes after their
 * last entry, and are woken when there is more. It keeps nothing per reader, however many or slow they are.
 */
export class LogTail {
  readonly #store: ChatStore;
  readonly #stream: Stream;
  readonly #erasures: Erasures;
  /** All entries after its floor, up to `#head`. */
  readonly #ring: Ring;
  #ages = 0;
  #head: number | undefined;
  readonly #waiting = new Set<() => void>();
  /** The calls among these that wake a group of readers, and how many. */
  readonly #groups = new Map<() => void, () => number>();
  readonly #answers = new SharedAnswers();
  readonly #reads = new SharedReads((after) => this.#askStore(after));
  readonly #saidReads = new SharedReads((position) => this.#askSaid(position));
  /** How many deletions were learned. */
  #deletions = 0;
  /** How many entries are read at a time. It adapts to their size, so that about `ringBytesMax` is read. */
  #readLimit = 32;
  #tick: NodeJS.Timeout | undefined;
  /** When the first entry of the tick was learned of, by `performance.now()`. */
  #learnedAt = 0;
  #wokenAt = 0;

  constructor(store: ChatStore, stream: Stream, options: LogTailOptions = {}) {
    this.#store = store;
    this.#stream = stream;
    this.#erasures = options.erasures ?? new Erasures();
    this.#ring = new Ring(options.ringLengthMax);
  }

  /** The head, as far as this process knows it; `undefined` before it was read. */
  get head(): number | undefined {
    return this.#head;
  }

  /** Tells the head at a moment, if the kept entries show it. */
  headBefore(time: Date): number | undefined {
    const first = this.#ring.firstSince(time.toISOString());
    const head = first ? first.seq - 1 : this.#head;
    // Entries that are not kept may be later, too.
    return head === 0 || (head ?? 0) > this.#ring.floor ? head : undefined;
  }

  /**
   * Returns the head. Only the first call asks the store.
   * @throws StoreError `unavailable`, `closed`.
   */
  async readHead(): Promise<number> {
    if (this.#head === undefined) await this.#learnFromStore();
    return this.#head ?? 0;
  }

  /**
   * Returns the position of the newest message at or before a position, deleted ones left out; 0 when there is none. Asks the
   * store only when the kept entries do not show it.
   * @throws StoreError `unavailable`, `closed`.
   */
  async readSaid(position: number): Promise<number> {
    if (position === 0) return 0;
    return this.#saidAt(position) ?? this.#saidReads.at(position);
  }

  /** Learns of an entry. One that is known or older than the head changes nothing, but a deletion always erases. */
  push(entry: Entry): void {
    if (entry.kind === "deletion") this.#erase(entry.target_seq);
    if (this.#head !== undefined && entry.seq <= this.#head) return;
    // The entries in between were missed. They are in the store.
    if (entry.seq !== (this.#head ?? -1) + 1) this.#clear(entry.seq - 1);
    this.#ring.push(entry);
    this.#ages = 0;
    this.#head = entry.seq;
    this.#answers.clear();
    this.#planTick();
  }

  /** Learns the head and, if it is known, the newest message up to it, deleted or not. */
  learn(head: number, said?: number): void {
    if (this.#head !== undefined && head <= this.#head) return;
    // A message that nothing follows is not deleted.
    this.#clear(head, said === head ? said : undefined);
    this.#head = head;
    this.#planTick();
  }

  /**
   * Reads the next entries after a position, oldest first: up to 128 KiB of them, none at the head or beyond. Returns a promise
   * only when it has to read the store.
   * @throws StoreError `unavailable`, `closed`.
   */
  read(after: number): readonly Entry[] | Promise<readonly Entry[]> {
    if (this.#head === undefined || after < this.#ring.floor) return this.#readStore(after);
    if (after >= this.#head) return nothing;
    const known = this.#answers.get(after);
    if (known) return known;
    const answer = this.#ring.after(after);
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

  /** Drops all entries, which may show a user who was erased since. What comes next is read from the store. */
  forget(): void {
    this.#reads.clear();
    if (this.#head !== undefined) this.#clear(this.#head, this.#saidAt(this.#head));
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
    void this.#call(waiting, { readers, learnedAt: this.#learnedAt });
  }

  /** Counts the time without a new entry. After a while the ring is emptied, and readers use the store. */
  age(): void {
    this.#ages++;
    if (this.#ages !== agesMax || this.#head === undefined) return;
    this.#clear(this.#head, this.#saidAt(this.#head));
  }

  async #call(
    waiting: readonly (() => void)[],
    { readers, learnedAt }: { readers: number; learnedAt: number },
  ): Promise<void> {
    await this.#answers.keepDuring(callInSlices(waiting, wokenAtOnce));
    if (readers > 0) deliveryChannel.publish({ delayMs: performance.now() - learnedAt, readers });
  }

  #countReaders(): number {
    let count = this.#waiting.size - this.#groups.size;
    for (const readers of this.#groups.values()) count += readers();
    return count;
  }

  #clear(floor: number, saidBelow?: number): void {
    this.#ring.clear(floor, saidBelow);
    this.#answers.clear();
  }

  #erase(seq: number): void {
    this.#deletions++;
    this.#ring.erase(seq);
    this.#answers.clear();
  }

  #saidAt(position: number): number | undefined {
    return position <= (this.#head ?? -1) ? this.#ring.saidAt(position) : undefined;
  }

  async #askSaid(position: number): Promise<number> {
    const deletionsBefore = this.#deletions;
    const range = { before: position + 1, limit: 1, from: "newest" } as const;
    const [newest] = await this.#store.messages.page(this.#stream, range);
    const said = newest?.seq ?? 0;
    // Otherwise it may have been deleted meanwhile.
    if (this.#deletions === deletionsBefore) this.#ring.learnSaid(said, position);
    return said;
  }

  async #learnFromStore(): Promise<void> {
    const heads = await this.#store.log.heads([this.#stream]);
    const { seq, said_seq } = heads.get(this.#stream) ?? noHead;
    this.learn(seq, said_seq);
  }

  #readStore(after: number): Promise<readonly Entry[]> {
    if (ringMissChannel.hasSubscribers) {
      const entriesBehind = Math.max((this.#head ?? 0) - after, 0);
      ringMissChannel.publish({ entriesBehind, isShared: this.#reads.has(after) });
    }
    return this.#reads.at(after);
  }

  async #askStore(after: number): Promise<readonly Entry[]> {
    const range = { after, limit: this.#readLimit, from: "oldest" } as const;
    await nextTurn();
    const entries = await this.#store.log.page(this.#stream, range);
    // A deletion may have been learned meanwhile.
    if (entries.length > 0) return this.#cut(entries.map((entry) => this.#erasures.apply(entry)));
    // The head is at or before `after`. If not, the store has not caught up with its own head yet.
    await this.#learnFromStore();
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
