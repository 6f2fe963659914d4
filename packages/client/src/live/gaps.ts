import { pause } from "../abort.ts";
import { backoffMs } from "../backoff.ts";
import type { Message } from "../contract.ts";
import { isChatError } from "../errors.ts";
import { type AbortSignalLike, platform } from "../platform.ts";

/** What was missed in one conversation. */
interface Gap {
  /** The newest that is known to be there. */
  goal: number;
  isFilling: boolean;
}

/** How gaps are filled. */
export interface GapsOptions {
  /** Reads what is next in a conversation. */
  read(conversationId: string, signal: AbortSignalLike): Promise<readonly Message[]>;
  /** Hands over a message, unless it was before. */
  take(message: Message): void;
  /** Waits until more may be handed over. */
  room(): Promise<void> | undefined;
  /** Hears that a conversation can be read no more. */
  leave(conversationId: string): void;
  /** Hears that all gaps are filled. */
  finish(): void;
}

const fillsMax = 4;
const backoff = { baseMs: 250, maxMs: 30_000 };
/** How often nothing may be found before a goal, a few seconds in all: what stands there is no message then. */
const missesMax = 6;

/**
 * Fills what was missed while the connection was lost, in a few conversations at a time, while there is a connection.
 * What is said meanwhile is not kept: it moves the goal, and is read with the rest.
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
    if (gap) gap.goal = Math.max(gap.goal, seq);
    else this.#gaps.set(conversationId, { goal: seq, isFilling: false });
    this.#start();
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
    let misses = 0;
    while (isOpen() && misses < missesMax) {
      const messages = await this.#read(id, isOpen, signal);
      if (!isOpen()) break;
      for (const message of messages) this.#options.take(message);
      await this.#options.room();
      if ((messages.at(-1)?.seq ?? 0) >= gap.goal) break;
      misses = messages.length > 0 ? 0 : misses + 1;
      if (misses > 0) await wait(misses, signal);
    }
    if (isOpen()) this.#gaps.delete(id);
    gap.isFilling = false;
    this.#fills--;
    this.#start();
    if (this.areFilled && this.#connection) this.#options.finish();
  }

  async #read(
    id: string,
    isOpen: () => boolean,
    signal: AbortSignalLike,
  ): Promise<readonly Message[]> {
    for (let tries = 1; isOpen(); tries++) {
      try {
        return await this.#options.read(id, signal);
      } catch (error) {
        if (isOpen() && isGone(error)) this.#options.leave(id);
        else await wait(tries, signal);
      }
    }
    return [];
  }
}

async function wait(tries: number, signal: AbortSignalLike): Promise<void> {
  await pause(backoffMs(tries, backoff), signal).catch(() => undefined);
}

/** Says whether a conversation is no more, or no more for this user. */
function isGone(error: unknown): boolean {
  return isChatError(error, "not_found") || isChatError(error, "forbidden");
}
