import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delayed } from "../../tests/delayed-store.ts";
import { RandomLog, randomEntry } from "../../tests/random-entries.ts";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";
import { Following } from "./following.ts";
import { createLive } from "./index.ts";

const schedules = shareOf(1_000);

/** What happens next: some entries are stored, time passes, a delayed step runs, or a reader comes. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ store: fc.array(randomEntry, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ wait: fc.constantFrom(0, 5, 5_000) }) },
  { weight: 8, arbitrary: fc.constant({ go: true }) },
  {
    weight: 3,
    arbitrary: fc.record({
      after: fc.nat(4),
      entries: fc.constantFrom(undefined, "all" as const),
      isByUser: fc.boolean(),
    }),
  },
);

describe("a text whose deletion was acknowledged", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(() => void vi.useRealTimers());

  it(`is in no event that is taken afterwards, in ${schedules} schedules with slow reads and readers`, {
    timeout: 120_000,
  }, async () => {
    let events = 0;
    const schedule = fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 15, maxLength: 40 }),
      async (scheduler, steps) => {
        const conversation_id = randomUUID();
        const store = openSqliteStore(":memory:");
        const log = new RandomLog(store, conversation_id, randomUUID);
        const live = createLive(slowly(store, scheduler), { ringLengthMax: 4 });
        const leaving = new AbortController();
        const context = createContext({ store, live, caller: trustedCaller });
        const api = createCaller(context, { signal: leaving.signal });
        const wrongs: string[] = [];

        // As over tRPC: one event at a time, as slowly as the schedule says.
        async function read(following: unknown): Promise<void> {
          if (!(following instanceof Following)) throw new Error("it is not a following");
          for await (const [, event] of following) {
            events++;
            const text = JSON.stringify(event);
            if ([...log.erased].some((erased) => text.includes(erased))) wrongs.push(text);
            await scheduler.schedule(Promise.resolve());
          }
        }

        async function come({ after, entries, isByUser }: Coming): Promise<void> {
          const following = isByUser
            ? await api.live.user({ user_id: log.userId(0), entries })
            : await api.live.conversation({ conversation_id, after: String(after), entries });
          void read(following).catch((error) => wrongs.push(String(error)));
        }

        for (const next of steps) {
          if ("store" in next) await Promise.all(next.store.map((entry) => log.store(entry)));
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("isByUser" in next) await come(next);
          else if (scheduler.count() > 0) await scheduler.waitOne();
          await turn();
        }
        for (let round = 0; round < 8; round++) {
          await scheduler.waitAll();
          await vi.advanceTimersByTimeAsync(1_000);
        }
        expect(wrongs).toEqual([]);
        leaving.abort();
        live.close();
        await scheduler.waitAll();
        await store.close();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
    expect(events).toBeGreaterThan(10 * schedules);
  });
});

interface Coming {
  after: number;
  entries: "all" | undefined;
  isByUser: boolean;
}

/**
 * A store that answers late. Everything is heard at once and a second time later, as by a process that also follows a change
 * stream.
 */
function slowly(store: ChatStore, scheduler: fc.Scheduler): ChatStore {
  const watch: ChatStore["watch"] = (listener) =>
    store.watch((event) => {
      listener(event);
      void scheduler.schedule(Promise.resolve()).then(() => listener(event));
    });
  return { ...delayed(store, scheduler, [].values()), watch };
}
