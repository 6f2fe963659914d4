import type { Hub } from "../hub.ts";

/** Reads what may have changed, again and again. */
export interface Rounds {
  /** Has a key read soon. It is read after the call, however often it is asked for. */
  ask(key: string): void;
  /** Notes that a key is read now by its caller: the next round with it is a second later. */
  note(key: string): void;
}

/** What is read, and how. */
export interface RoundsParts {
  hub: Pick<Hub, "isClosed">;
  /** How many keys one round reads at most. */
  size: number;
  /** Reads keys. If it is rejected, all of them are read again a second later. */
  read(keys: readonly string[]): Promise<void>;
}

/** How long after a key was read it is read again, in ms. */
const everyMs = 1_000;
/** How long a key waits for others to be read with it, in ms. */
const bundleMs = 10;

/**
 * Creates rounds. The first change after a pause is read at once, and a key at most once a second. One round is in progress at a
 * time, and is followed by a pause as long as it took: more keys than can be read in a second are read less often.
 */
export function createRounds({ hub, size, read }: RoundsParts): Rounds {
  const waiting = new Set<string>();
  /** When the keys of the last second were read, by `performance.now()`, oldest first. */
  const readAt = new Map<string, number>();
  let notBefore = Number.NEGATIVE_INFINITY;
  let isReading = false;
  let timer: NodeJS.Timeout | undefined;
  let plannedAt = Number.POSITIVE_INFINITY;

  function plan(at: number): void {
    if (isReading || at >= plannedAt) return;
    clearTimeout(timer);
    plannedAt = at;
    timer = setTimeout(readNext, Math.max(at - performance.now(), 0)).unref();
  }

  function dueAt(key: string): number {
    return Math.max((readAt.get(key) ?? Number.NEGATIVE_INFINITY) + everyMs, notBefore);
  }

  function note(key: string): void {
    readAt.delete(key);
    readAt.set(key, performance.now());
  }

  async function readNext(): Promise<void> {
    plannedAt = Number.POSITIVE_INFINITY;
    if (hub.isClosed) return waiting.clear();
    const startedAt = performance.now();
    const keys = takeDue(startedAt);
    if (keys.length > 0) {
      isReading = true;
      const isRead = await read(keys).then(
        () => true,
        () => false,
      );
      isReading = false;
      if (!isRead) for (const key of keys) waiting.add(key);
      const now = performance.now();
      notBefore = now + (isRead ? now - startedAt : everyMs);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const key of waiting) next = Math.min(next, dueAt(key));
    plan(next);
  }

  function takeDue(now: number): string[] {
    for (const [key, at] of readAt) {
      if (at + everyMs > now) break;
      readAt.delete(key);
    }
    const keys: string[] = [];
    for (const key of waiting) {
      if (keys.length === size) break;
      if (dueAt(key) <= now) keys.push(key);
    }
    for (const key of keys) {
      waiting.delete(key);
      note(key);
    }
    return keys;
  }

  return {
    ask(key) {
      if (hub.isClosed || waiting.has(key)) return;
      waiting.add(key);
      plan(Math.max(dueAt(key), performance.now() + bundleMs));
    },
    note,
  };
}
