import type { Events } from "../commit/events.ts";
import { memberKey } from "./documents.ts";
import { RecentMap } from "./writing/recent-map.ts";

/** A belief is never older than this, in ms: since it was read, or since all that happened until then was heard. */
const ageMaxMs = 5_000;
/** After so long it is read again, whatever was heard, in ms. */
const readAgainAfterMs = 60_000;
const rememberedMax = 50_000;

/** What beliefs follow from. */
export interface BeliefParts {
  events: Pick<Events, "watch">;
  /** Until when all that other processes did was heard, by `performance.now()`; `-Infinity` where nothing is heard. */
  heardUntil(): number;
}

/** A read of memberships that is under way, and what was heard to change meanwhile. */
interface Reading {
  changed: Set<string>;
  isVoid: boolean;
}

/**
 * Remembers who was found to be a member, so that a known member costs no read. It forgets a member that is heard to
 * leave, also while the read that would tell of it is under way.
 */
export class MemberBeliefs {
  /** When each was read, by `performance.now()`. */
  readonly #readAt = new RecentMap<string, number>(rememberedMax);
  readonly #readings = new Set<Reading>();
  readonly #heardUntil: () => number;

  constructor({ events, heardUntil }: BeliefParts) {
    this.#heardUntil = heardUntil;
    events.watch((event) => {
      if (event.kind === "missed") this.#forgetAll();
      else if (event.kind === "left" || event.kind === "updated") {
        this.#forget(memberKey(event.user_id, event.conversation_id));
      }
    });
  }

  /** Tells whether a membership is known to be there. */
  has(key: string): boolean {
    const readAt = this.#readAt.get(key);
    if (readAt === undefined) return false;
    const now = performance.now();
    const isFresh = now - Math.max(readAt, this.#heardUntil()) < ageMaxMs;
    return isFresh && now - readAt < readAgainAfterMs;
  }

  /** Remembers the members that a read finds, but for those that change meanwhile. */
  async learn(read: () => Promise<Iterable<string>>): Promise<void> {
    const reading: Reading = { changed: new Set(), isVoid: false };
    // As of the beginning: what is found may be gone by the time of the answer.
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
