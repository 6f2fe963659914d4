import type { Entry } from "@chatnest/db";
import { type Act, InboxOracle } from "@chatnest/db/tests/inbox-oracle.ts";

/** What a user did to a membership at the same time, and when. Times as `performance.now()` has them. */
export interface Burst {
  user: string;
  room: string;
  acts: readonly Act[];
  start: number;
  end: number;
  /** The id of the message by which the user has joined: that was before it. */
  joinedBy?: string | undefined;
}

/** When an entry was first asked for, and when its sender was told that it is stored. */
interface Asked {
  room: string;
  start: number;
  end: number;
}

/** Where in a log something was done: when it ended at one of these positions. */
interface Place {
  from: number;
  to: number;
}

/**
 * Takes down what users did, and finds out where in the logs that was: behind all entries of which senders had been told before it
 * began, and before all that were only asked for when it had ended.
 */
export class InboxBook {
  readonly oracle = new InboxOracle();
  /** What no client may ever see. */
  readonly wrongs: string[] = [];
  readonly #asked = new Map<string, Asked>();
  readonly #story: { room: string; user: string; text: string }[] = [];
  #bursts: Burst[] = [];

  /** Takes down that an entry is asked for. */
  ask(room: string, id: string): void {
    this.#asked.set(id, { room, start: performance.now(), end: Number.POSITIVE_INFINITY });
  }

  /** Takes down that a sender was told that its entry is stored. */
  told(id: string): void {
    const asked = this.#asked.get(id);
    if (asked) asked.end = performance.now();
  }

  add(burst: Burst): void {
    this.#bursts.push(burst);
  }

  /** Goes on in a log up to its end, and in what was done meanwhile, all of which has ended. */
  fold(room: string, entries: readonly Entry[]): void {
    const { oracle } = this;
    const [first] = entries;
    if (first) oracle.create(room, Date.parse(first.timestamp));
    const start = oracle.headOf(room);
    const bursts = this.#bursts.filter((burst) => burst.room === room);
    this.#bursts = this.#bursts.filter((burst) => burst.room !== room);
    const placed = bursts
      .map((burst) => ({ burst, place: this.#placeOf(burst, entries, start) }))
      .sort((a, b) => a.place.to - b.place.to || a.burst.end - b.burst.end);
    for (const { burst, place } of placed) {
      const { user, acts } = burst;
      oracle.fold(room, entries.slice(oracle.headOf(room) - start, place.to - start));
      oracle.act(room, user, { acts, from: place.from });
      const text = `at ${place.from} to ${place.to}: ${JSON.stringify(acts)}`;
      this.#story.push({ room, user, text });
    }
    oracle.fold(room, entries.slice(oracle.headOf(room) - start));
    this.#checkStored(room, entries);
  }

  /** Tells what a user did to a membership, and where in the log. */
  storyOf(room: string, user: string): string {
    const told = this.#story.filter((one) => one.room === room && one.user === user);
    return [`${user} in ${room}:`, ...told.map(({ text }) => text)].join("\n");
  }

  #placeOf({ start, end, joinedBy }: Burst, entries: readonly Entry[], head: number): Place {
    const place = { from: head, to: head + entries.length };
    for (const { id, seq } of entries) {
      const asked = this.#asked.get(id);
      if (!asked) continue;
      if (asked.end < start) place.from = Math.max(place.from, seq);
      if (asked.start > end || id === joinedBy) place.to = Math.min(place.to, seq - 1);
    }
    return place;
  }

  #checkStored(room: string, entries: readonly Entry[]): void {
    const stored = new Set(entries.map(({ id }) => id));
    for (const { id, kind } of entries) {
      if (this.#asked.get(id)?.room !== room) this.wrongs.push(`nobody asked for ${kind} ${id}`);
    }
    for (const [id, asked] of this.#asked) {
      if (asked.room !== room) continue;
      if (Number.isFinite(asked.end) && !stored.has(id)) this.wrongs.push(`${id} is lost`);
      this.#asked.delete(id);
    }
  }
}
