import type { Entry } from "@chatnest/db";
import { erase, messageSeqOf } from "./erasures.ts";

/** The size of the ring in bytes of JSON, and in entries. With it most readers need nothing from the store. */
export const ringBytesMax = 128 * 1024;
const ringLengthMaxDefault = 256;

/** The newest entries of a log, without holes: all after the floor. */
export class Ring {
  readonly #lengthMax: number;
  #entries: Entry[] = [];
  /** The size of each of them in bytes of JSON. */
  #sizes: number[] = [];
  #bytes = 0;
  #floor = 0;
  /** The newest message up to the floor that is not deleted; `undefined` when this is not known. */
  #saidBelow: number | undefined;

  constructor(lengthMax = ringLengthMaxDefault) {
    this.#lengthMax = lengthMax;
  }

  /** The position before the oldest entry. */
  get floor(): number {
    return this.#floor;
  }

  /** Adds the next entry, and drops the oldest while there are too many. */
  push(entry: Entry): void {
    const size = sizeOf(entry);
    this.#entries.push(entry);
    this.#sizes.push(size);
    this.#bytes += size;
    while (this.#entries.length > this.#lengthMax || this.#bytes > ringBytesMax) {
      const oldest = this.#entries.shift();
      if (!oldest) return;
      this.#bytes -= this.#sizes.shift() ?? 0;
      this.#floor = oldest.seq;
      if (isSaid(oldest)) this.#saidBelow = oldest.seq;
    }
  }

  /** Drops all entries. `saidBelow`: the newest message up to the new floor that is not deleted, if it is known. */
  clear(floor: number, saidBelow?: number): void {
    this.#entries = [];
    this.#sizes = [];
    this.#bytes = 0;
    this.#floor = floor;
    this.#saidBelow = floor === 0 ? 0 : saidBelow;
  }

  /** Takes the text of a deleted message out of all entries that have it. */
  erase(seq: number): void {
    if (this.#saidBelow === seq) this.#saidBelow = undefined;
    for (const [index, entry] of this.#entries.entries()) {
      if (messageSeqOf(entry) !== seq) continue;
      const stub = erase(entry);
      const size = sizeOf(stub);
      this.#bytes += size - (this.#sizes[index] ?? 0);
      this.#entries[index] = stub;
      this.#sizes[index] = size;
    }
  }

  /** Returns the entries after a position. */
  after(position: number): Entry[] {
    return this.#entries.filter(({ seq }) => seq > position);
  }

  /** Returns the first entry that is at least as new as a moment. */
  firstSince(timestamp: string): Entry | undefined {
    return this.#entries.find((entry) => entry.timestamp >= timestamp);
  }

  /**
   * Returns the position of the newest message at or before a position, deleted ones left out; 0 when there is none, and
   * `undefined` when this is not known.
   */
  saidAt(position: number): number | undefined {
    if (position < this.#floor) return undefined;
    const said = this.#entries.findLast((entry) => entry.seq <= position && isSaid(entry));
    return said?.seq ?? this.#saidBelow;
  }

  /** Learns that this is the newest message at or before a position, deleted ones left out. */
  learnSaid(said: number, position: number): void {
    if (said <= this.#floor && this.#floor <= position) this.#saidBelow = said;
  }
}

/** Returns the size of an entry in bytes of JSON. Measured, since JSON may take six bytes for one character. */
export function sizeOf(entry: Entry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}

function isSaid(entry: Entry): boolean {
  return entry.kind === "message" && !entry.erased;
}
