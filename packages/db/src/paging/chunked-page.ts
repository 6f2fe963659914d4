import { pageLengthMax } from "../limits.ts";
import type { LogRange } from "../ports/log.ts";
import { lengthOf, type PageItem } from "./page-length.ts";

// How many items one read returns. Messages of the greatest length, in UTF-8 and with metadata, have 15 MB.
const chunkSizeMin = 16;
const chunkSizeMax = 200;

/**
 * A page that is read in chunks, so that little is in memory beyond what it shows. Chunks of long items are small. It ends with
 * the item that makes it longer than `pageLengthMax`: like one item more than the limit, that one tells that there is more.
 *
 * @example
 * const page = new ChunkedPage<Entry>(range);
 * for (let part = page.next; part; part = page.next) page.add(read(part));
 */
export class ChunkedPage<TItem extends PageItem, TRange extends LogRange = LogRange> {
  readonly #range: TRange;
  // In the order in which they were read.
  readonly #items: TItem[] = [];
  #length = 0;
  #next: TRange | undefined;
  #isEnd = false;

  constructor(range: TRange) {
    this.#range = range;
    this.#next = { ...range, limit: Math.min(range.limit, chunkSizeMax) };
  }

  /** The part of the range to read next; `undefined` when the page is complete. */
  get next(): TRange | undefined {
    return this.#next;
  }

  /** Whether the range has nothing beyond the page. */
  get isEnd(): boolean {
    return this.#isEnd;
  }

  /** What the page has, oldest first. */
  get items(): TItem[] {
    return this.#range.from === "oldest" ? this.#items : this.#items.toReversed();
  }

  /** Adds what was found in the next part, oldest first. `read` is all that was read for it. */
  add(found: readonly TItem[], read: readonly { seq: number }[] = found): void {
    const limit = this.#next?.limit ?? 0;
    const lengthBefore = this.#length;
    const { from } = this.#range;
    for (let n = 0; n < found.length && this.#length <= pageLengthMax; n++) {
      const item = found[from === "oldest" ? n : found.length - 1 - n];
      if (!item) break;
      this.#items.push(item);
      this.#length += lengthOf(item);
    }
    const end = from === "oldest" ? read.at(-1) : read[0];
    const isFull = this.#length > pageLengthMax || this.#items.length >= this.#range.limit;
    this.#isEnd = !isFull && read.length < limit;
    this.#next = undefined;
    if (isFull || this.#isEnd || !end) return;
    const meanLength = (this.#length - lengthBefore) / Math.max(found.length, 1);
    this.#goOn(from === "oldest" ? { after: end.seq } : { before: end.seq }, meanLength);
  }

  /** Goes on behind a page that is at its end: up to `before`, which was not stored when the end was read. */
  extend(bounds: Required<Pick<LogRange, "after" | "before">>): void {
    this.#goOn(bounds, 0);
  }

  #goOn(bounds: Pick<LogRange, "after" | "before">, meanLength: number): void {
    const fitting = Math.ceil((pageLengthMax - this.#length + 1) / Math.max(meanLength, 1));
    const size = Math.min(Math.max(fitting, chunkSizeMin), chunkSizeMax);
    const limit = Math.min(size, this.#range.limit - this.#items.length);
    this.#next = { ...this.#range, ...bounds, limit };
  }
}
