import { type DeletionEntry, type Entry, streamOf } from "@chatnest/db";

/** How many erased messages are remembered. */
const keptMax = 10_000;

/**
 * The messages that this process lately learned are deleted. Their entries may have been read before, or arrive late: applied to
 * them, nobody gets the text any more.
 */
export class Erasures {
  /** In the order in which they were learned. */
  readonly #keys = new Set<string>();

  /** Learns that a message is deleted. */
  add(deletion: DeletionEntry): void {
    this.#keys.add(keyOf(deletion, deletion.target_seq));
    const [oldest] = this.#keys;
    if (this.#keys.size > keptMax && oldest !== undefined) this.#keys.delete(oldest);
  }

  /** Returns an entry as it is now: without its text when that is erased. */
  apply(entry: Entry): Entry {
    if (this.#keys.size === 0) return entry;
    const seq = messageSeqOf(entry);
    return seq !== undefined && this.#keys.has(keyOf(entry, seq)) ? erase(entry) : entry;
  }
}

/** Returns the position of the message whose text an entry holds; `undefined` when it holds none. */
export function messageSeqOf(entry: Entry): number | undefined {
  if (entry.kind === "message") return entry.seq;
  return entry.kind === "edit" ? entry.target_seq : undefined;
}

/** Returns an entry as the store has it once its text is erased. */
export function erase(entry: Entry): Entry {
  if ((entry.kind !== "message" && entry.kind !== "edit") || entry.erased) return entry;
  const { metadata: _, ...stub } = entry;
  return { ...stub, content: "", erased: true };
}

function keyOf(entry: Entry, seq: number): string {
  return `${seq} ${streamOf(entry)}`;
}
