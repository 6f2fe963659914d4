import type { Events } from "../../commit/events.ts";
import { RecentMap } from "../../commit/recent-map.ts";
import { memberKey } from "../documents.ts";

/** The greatest age of a belief, in ms, since it was read or since the change stream was last known to be complete. */
const ageMaxMs = 5_000;
/** How long after its last read a belief is read again, whatever was heard, in ms. */
const readAgainAfterMs = 60_000;
/** How many memberships are remembered. */
const rememberedMax = 50_000;

/** What the beliefs need. */
export interface BeliefParts {
  events: Pick<Events, "watch">;
  /** Until when all changes by other processes were heard, by `performance.now()`; `-Infinity` when none are. */
  heardUntil(): number;
}

/** A read of memberships in progress, and the memberships that changed meanwhile. */
interface Reading {
  changed: Set<string>;
  isVoid: boolean;
}

/**
 * Remembers members that were read, so that a known member costs no read. An event about a member makes it forget that
 * member, also while a read that may have found it is in progress.
 */
export class MemberBeliefs {
  /** When each was read, by `performance.now()`. */
  readonly #readAt = new RecentMap<string, number>(rememberedMax);
  readonly #readings = new Set<Reading>();
  readonly #heardUntil: () => number;

  constructor({ events, heardUntil }: BeliefParts) {
    this.#heardUntil = heardUntil;
    events.watch((event) => {
      if (event.kind === "missed" || event.kind === "erased") this.#forgetAll();
      else if (event.kind === "left" || event.kind === "updated") {
        this.#forget(memberKey(event.user_id, event.conversation_id));
      }
    });
  }

  /** Tells whether a membership is known to exist. */
  has(key: string): boolean {
    const readAt = this.#readAt.get(key);
    if (readAt === undefined) return false;
    const now = performance.now();
    const isFresh = now - Math.max(readAt, this.#heardUntil()) < ageMaxMs;
    return isFresh && now - readAt < readAgainAfterMs;
  }

  /** Remembers the members that a read finds, except those that change meanwhile. */
  async learn(read: () => Promise<Iterable<string>>): Promise<void> {
    const reading: Reading = { changed: new Set(), isVoid: false };
    // Dated to the start of the read: a member may be gone by the time of the answer.
    const readAt = performance.now();
    this.#readings.add(reading);
    try {
      for (const key of await read()) {
        if (!reading.isVoid && !reading.changed.has(key)) this.#readAt.set(key, readAt);
      }
    } finally {
      this.#readings.delete(reading);
    }
  }

  #forget(key: string): void {
    this.#readAt.delete(key);
    for (const { changed } of this.#readings) changed.add(key);
  }

  #forgetAll(): void {
    this.#readAt.clear();
    for (const reading of this.#readings) reading.isVoid = true;
  }
}
