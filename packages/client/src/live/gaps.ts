import type { Message } from "../contract.ts";
import { isChatError } from "../errors.ts";
import { pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import { type AbortSignalLike, platform } from "../platform.ts";

/** What was missed in one conversation. */
interface Gap {
  /** The newest that is to be read. */
  goal: number;
  /** How far it was read. */
  reached: number;
  /** What was said while the gap is filled: all there is behind the goal, in order. */
  kept: Message[];
  isFilling: boolean;
}

/** The next messages of a conversation. */
export interface GapPage {
  messages: readonly Message[];
  /** The `seq` up to which the conversation is read with this page; `undefined` when the read found nothing new. */
  reached: number | undefined;
}

/** How gaps are filled. */
export interface GapsOptions {
  /** Reads the next page of a conversation, from the place it has reached. */
  read(conversationId: string, signal: AbortSignalLike): Promise<GapPage>;
  /** Hands over a message, unless it was before. */
  take(message: Message): void;
  /** Moves the place of a conversation to this `seq`: it is read up to there. */
  move(conversationId: string, seq: number): void;
  /** Waits until more may be handed over. */
  room(): Promise<void> | undefined;
  /** Hears that a conversation can be read no more. */
  leave(conversationId: string): void;
  /** Hears that all gaps are filled. */
  finish(): void;
}

const fillsMax = 4;
const backoff = { baseMs: 250, maxMs: 30_000 };
/** How much is kept of one conversation; with `fillsMax` that bounds how much is kept in all. */
const keptMax = 1_000;
/** How often nothing may be found before a goal, a few seconds in all: what stands there is no message then. */
const missesMax = 6;

/**
 * Fills what was missed while the connection was lost, in a few conversations at a time, while there is a connection.
 * What is said meanwhile is kept until they are read so far; of a gap that waits for its turn, and beyond what may be
 * kept, it moves the goal, and is read with the rest.
 */
export class Gaps {
  readonly #gaps = new Map<string, Gap>();
  readonly #options: GapsOptions;
  #fills = 0;
  #connection: InstanceType<typeof platform.AbortController> | undefined;

  constructor(options: GapsOptions) {
    this.#options = options;
  }

  get areFilled(): boolean {
    return this.#gaps.size === 0;
  }

  has(conversationId: string): boolean {
    return this.#gaps.has(conversationId);
  }

  /** Says that a conversation is known to go as far as `seq`. */
  raise(conversationId: string, seq: number): void {
    const gap = this.#gaps.get(conversationId);
    if (!gap) {
      this.#gaps.set(conversationId, { goal: seq, reached: 0, kept: [], isFilling: false });
    } else if (seq > endOf(gap)) {
      // Between what is kept and this there may be more.
      gap.goal = seq;
      gap.kept = [];
    }
    this.#start();
  }

  /** Takes what was said in a conversation that has a gap. */
  keep(conversationId: string, message: Message): void {
    const gap = this.#gaps.get(conversationId);
    if (!gap || message.seq <= endOf(gap)) return;
    if (gap.isFilling && gap.kept.length < keptMax) gap.kept.push(message);
    else this.raise(conversationId, message.seq);
  }

  forget(conversationId: string): void {
    this.#gaps.delete(conversationId);
  }

  forgetAll(): void {
    this.#gaps.clear();
  }

  /** Hears that there is a connection. */
  connect(): void {
    this.#connection ??= new platform.AbortController();
    this.#start();
  }

  /** Hears that there is none any more. */
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

  async #fill(id: string, gap: Gap, signal: AbortSignalLike): Promise<void> {
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

  #close(id: string, gap: Gap): void {
    this.#gaps.delete(id);
    for (const message of gap.kept) this.#options.take(message);
  }

  /** Hands over what is next, and says how far that goes; nothing when there is none. */
  async #readOn(
    id: string,
    isOpen: () => boolean,
    signal: AbortSignalLike,
  ): Promise<number | undefined> {
    for (let tries = 1; isOpen(); tries++) {
      try {
        const { messages, reached } = await this.#options.read(id, signal);
        if (!isOpen()) break;
        for (const message of messages) this.#options.take(message);
        if (reached !== undefined) this.#options.move(id, reached);
        return reached;
      } catch (error) {
        // Also what is no list of messages, by whomever it was answered.
        if (isOpen() && isGone(error)) this.#options.leave(id);
        else await wait(tries, signal);
      }
    }
    return undefined;
  }
}

/** How far a conversation is known to go. */
function endOf({ goal, kept }: Gap): number {
  return kept.at(-1)?.seq ?? goal;
}

async function wait(tries: number, signal: AbortSignalLike): Promise<void> {
  await pause(backoffMs(tries, backoff), signal).catch(() => undefined);
}

/** Says whether a conversation is no more, or no more for this user. */
function isGone(error: unknown): boolean {
  return isChatError(error, "not_found") || isChatError(error, "forbidden");
}
