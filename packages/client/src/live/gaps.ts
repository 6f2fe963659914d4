import { isChatError } from "../errors.ts";
import { pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import { type AbortSignalLike, platform } from "../platform.ts";

/** The part of one conversation that was missed. */
interface Gap<TItem> {
  /** The last `seq` to read. */
  goal: number;
  /** The `seq` up to which it is read. */
  reached: number;
  /** What arrived while the gap is filled: all there is after the goal, in order. */
  kept: TItem[];
  isFilling: boolean;
}

/** The next messages or entries of a conversation. */
export interface GapPage<TItem> {
  items: readonly TItem[];
  /** The `seq` up to which the conversation is read with this page; `undefined` when nothing new was read. */
  reached: number | undefined;
}

/** How gaps are filled. */
export interface GapsOptions<TItem> {
  /** Reads the next page of a conversation, from the place it has reached. */
  read(conversationId: string, signal: AbortSignalLike): Promise<GapPage<TItem>>;
  /** Hands over a message or an entry, unless it was handed over before. */
  take(item: TItem): void;
  /** Sets the `seq` up to which a conversation is read. */
  move(conversationId: string, seq: number): void;
  /** Resolves when more can be handed over; returns `undefined` when it can be now. */
  room(): Promise<void> | undefined;
  /** Called when a conversation can no longer be read. */
  leave(conversationId: string): void;
  /** Called when all gaps are filled. */
  finish(): void;
}

const fillsMax = 4;
const backoff = { baseMs: 250, maxMs: 30_000 };
/** How many messages are kept for one conversation; with `fillsMax` this bounds how many are kept in all. */
const keptMax = 1_000;
/** How many reads may find nothing new, a few seconds in all, before the rest of a gap is taken to hold no messages. */
const missesMax = 6;

/**
 * Fills the gaps that a lost connection left, a few conversations at a time, while there is a connection. What arrives
 * meanwhile is kept until their gap is filled. While a gap waits for its turn, and beyond `keptMax`, it is
 * not kept: it moves its goal and is read with the rest.
 */
export class Gaps<TItem extends { seq: number }> {
  readonly #gaps = new Map<string, Gap<TItem>>();
  readonly #options: GapsOptions<TItem>;
  #fills = 0;
  #connection: InstanceType<typeof platform.AbortController> | undefined;

  constructor(options: GapsOptions<TItem>) {
    this.#options = options;
  }

  get areFilled(): boolean {
    return this.#gaps.size === 0;
  }

  has(conversationId: string): boolean {
    return this.#gaps.has(conversationId);
  }

  /** Opens the gap of a conversation, or extends it, up to `seq`. */
  raise(conversationId: string, seq: number): void {
    const gap = this.#gaps.get(conversationId);
    if (!gap) {
      this.#gaps.set(conversationId, { goal: seq, reached: 0, kept: [], isFilling: false });
    } else if (seq > endOf(gap)) {
      // There may be more between the kept messages and this `seq`.
      gap.goal = seq;
      gap.kept = [];
    }
    this.#start();
  }

  /** Takes what arrived in a conversation with a gap. */
  keep(conversationId: string, item: TItem): void {
    const gap = this.#gaps.get(conversationId);
    if (!gap || item.seq <= endOf(gap)) return;
    if (gap.isFilling && gap.kept.length < keptMax) gap.kept.push(item);
    else this.raise(conversationId, item.seq);
  }

  forget(conversationId: string): void {
    this.#gaps.delete(conversationId);
  }

  forgetAll(): void {
    this.#gaps.clear();
  }

  /** Starts to fill gaps: there is a connection. */
  connect(): void {
    this.#connection ??= new platform.AbortController();
    this.#start();
  }

  /** Stops: the connection is lost. */
  disconnect(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }

  #start(): void {
    const signal = this.#connection?.signal;
    if (!signal) return;
    for (const [id, gap] of this.#gaps) {
      if (this.#fills >= fillsMax) return;
      if (!gap.isFilling) void this.#fill(id, gap, signal);
    }
  }

  async #fill(id: string, gap: Gap<TItem>, signal: AbortSignalLike): Promise<void> {
    const isOpen = () => !signal.aborted && this.#gaps.get(id) === gap;
    gap.isFilling = true;
    this.#fills++;
    try {
      let misses = 0;
      while (isOpen() && gap.reached < gap.goal && misses < missesMax) {
        const seq = await this.#readOn(id, isOpen, signal);
        gap.reached = seq ?? gap.reached;
        await this.#options.room();
        misses = seq === undefined ? misses + 1 : 0;
        if (misses > 0 && isOpen()) await wait(misses, signal);
      }
      if (isOpen()) this.#close(id, gap);
    } finally {
      gap.isFilling = false;
      this.#fills--;
      this.#start();
    }
    if (this.areFilled && this.#connection) this.#options.finish();
  }

  #close(id: string, gap: Gap<TItem>): void {
    this.#gaps.delete(id);
    for (const item of gap.kept) this.#options.take(item);
  }

  /** Hands over the next page and returns the `seq` it reaches; `undefined` when nothing new was read. */
  async #readOn(
    id: string,
    isOpen: () => boolean,
    signal: AbortSignalLike,
  ): Promise<number | undefined> {
    for (let tries = 1; isOpen(); tries++) {
      try {
        const { items, reached } = await this.#options.read(id, signal);
        if (!isOpen()) break;
        for (const item of items) this.#options.take(item);
        if (reached !== undefined) this.#options.move(id, reached);
        return reached;
      } catch (error) {
        // Also thrown when the answer is not a page, such as that of a proxy.
        if (isOpen() && isGone(error)) this.#options.leave(id);
        else await wait(tries, signal);
      }
    }
    return undefined;
  }
}

/** Returns the last `seq` that a conversation is known to have. */
function endOf({ goal, kept }: Gap<{ seq: number }>): number {
  return kept.at(-1)?.seq ?? goal;
}

async function wait(tries: number, signal: AbortSignalLike): Promise<void> {
  await pause(backoffMs(tries, backoff), signal).catch(() => undefined);
}

/** Tells whether a conversation no longer exists, or not for this user. */
function isGone(error: unknown): boolean {
  return isChatError(error, "not_found") || isChatError(error, "forbidden");
}
