import type { Message } from "../entities.ts";
import { lengthOf } from "../paging/page-length.ts";
import type { ChatStore, StoreEvent } from "../store.ts";
import { type Stream, streamOf } from "../stream.ts";
import { deepFreeze } from "./deep-freeze.ts";

/** How much is kept by default, by `sizeOfMessages`. */
const sizeMaxDefault = 32 * 1024 * 1024;
/** What is larger is not kept: it would take the place of much else. */
const valueSizeMax = 512 * 1024;
/** About what a message takes beside its text, in memory and in JSON. */
const messageSize = 256;
/** How long something is kept where nobody tells that a backup was restored, in ms. */
const unheardMaxMs = 5_000;

/** What keeping needs. */
export interface KeptReadsOptions<TValue> extends Pick<ChatStore, "watch" | "watchState"> {
  /** Returns how much room a value takes, about in bytes. */
  sizeOf(value: TValue): number;
  /** How much is kept. @default 32 MiB */
  sizeMax?: number;
}

/** What is read of a log. */
export interface Reading {
  stream: Stream;
  /** Tells apart what is read of the same log. */
  view: string;
  /** The head of the log, read before. */
  head: number;
}

interface Kept<TValue> {
  head: number;
  value: Promise<TValue>;
  /** By `performance.now()`. */
  keptAt: number;
  /** 0 until it is read. */
  size: number;
}

/**
 * What was read of logs lately, each with the head that its log had before it was read. All that can be read of a log follows from
 * its entries, so while the head is the same the answer is too, whichever process writes. See docs/decisions/0015.
 */
export class KeptReads<TValue> {
  readonly #options: Required<KeptReadsOptions<TValue>>;
  /** By log and view. The log that was not asked for the longest is the first. */
  readonly #logs = new Map<Stream, Map<string, Kept<TValue>>>();
  #size = 0;

  constructor(options: KeptReadsOptions<TValue>) {
    this.#options = { sizeMax: sizeMaxDefault, ...options };
    options.watch((event) => this.#hear(event));
  }

  /** How much is kept. */
  get size(): number {
    return this.#size;
  }

  /**
   * Returns what is kept, or reads it; frozen when it is kept. `head` must be that of a read for this call, and `read` must not
   * answer from an older state. Calls at the same time share a read that started at the same head.
   */
  at({ stream, view, head }: Reading, read: () => Promise<TValue>): Promise<TValue> {
    const known = this.#logs.get(stream)?.get(view);
    // A slower call may come with a head from before what is kept.
    if (known && known.head > head) return read();
    const views = this.#touch(stream);
    if (known && known.head === head && this.#isTrusted(known)) return known.value;
    if (known) this.#size -= known.size;
    const kept: Kept<TValue> = { head, value: read(), keptAt: performance.now(), size: 0 };
    views.set(view, kept);
    const isCurrent = () => this.#logs.get(stream)?.get(view) === kept;
    kept.value.then(
      (value) => {
        if (isCurrent() && !this.#keep(kept, value)) this.#drop(stream, view);
      },
      () => {
        if (isCurrent()) this.#drop(stream, view);
      },
    );
    return kept.value;
  }

  /** Makes a log the one that was asked for last, and returns what is kept of it. */
  #touch(stream: Stream): Map<string, Kept<TValue>> {
    const views = this.#logs.get(stream) ?? new Map<string, Kept<TValue>>();
    this.#logs.delete(stream);
    this.#logs.set(stream, views);
    return views;
  }

  #keep(kept: Kept<TValue>, value: TValue): boolean {
    const { sizeOf, sizeMax } = this.#options;
    const size = sizeOf(value);
    if (size > Math.min(valueSizeMax, sizeMax)) return false;
    deepFreeze(value);
    kept.size = size;
    this.#size += size;
    for (const oldest of this.#logs.keys()) {
      if (this.#size <= sizeMax) break;
      this.#dropLog(oldest);
    }
    return true;
  }

  #drop(stream: Stream, view: string): void {
    const views = this.#logs.get(stream);
    views?.delete(view);
    if (views?.size === 0) this.#logs.delete(stream);
  }

  #dropLog(stream: Stream): void {
    for (const { size } of this.#logs.get(stream)?.values() ?? []) this.#size -= size;
    this.#logs.delete(stream);
  }

  // So that the text of a deleted message does not stay in memory, nor what no head will ask for again.
  #hear(event: StoreEvent): void {
    if (event.kind === "entry") this.#dropLog(streamOf(event.entry));
    // A backup may have been restored: the same position can be that of another entry. An erasure changes entries in place.
    if (event.kind !== "missed" && event.kind !== "erased") return;
    this.#logs.clear();
    this.#size = 0;
  }

  #isTrusted({ keptAt }: Kept<TValue>): boolean {
    return this.#options.watchState() === "live" || performance.now() - keptAt < unheardMaxMs;
  }
}

/** Returns about how much room messages take, in bytes. */
export function sizeOfMessages(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageSize + lengthOf(message), messageSize);
}
