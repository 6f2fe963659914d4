import { afterAll, beforeAll, describe } from "vitest";
import type { ChatStore } from "../src/store.ts";
import { changeSchedulesContract } from "./contract/change-schedules.ts";
import { erasureHistoriesContract } from "./contract/erasure-histories.ts";
import { inboxSchedulesContract } from "./contract/inbox-schedules.ts";
import type { Clocked } from "./inbox-schedule.ts";
import type { OpenedStore, StoreKind } from "./opened-store.ts";
import { shareOf } from "./schedule-share.ts";

const timeoutMs = 30_000;

/** How many random schedules there are: of entries of all kinds, of inboxes, and of histories of users who are erased. */
interface Schedules {
  changes: number;
  inboxes: number;
  erasures: number;
}

/** Runs random schedules on one kind of store, by one process and, where the data can be shared, by two. */
export function describeSchedules(name: string, kind: StoreKind, schedules: Schedules): void {
  const { changes, inboxes, erasures } = schedules;
  describe.each(kind.data === "shared" ? [1, 2] : [1])(`${name}, by %i`, (count) => {
    describe("changes", () => describeChanges(kind, { count, runs: shareOf(changes) }));
    describe("inboxes", () => describeInboxes(kind, { count, runs: shareOf(inboxes) }));
    if (count === 1) describe("erasures", () => describeErasures(kind, shareOf(erasures)));
  });
}

/** How many stores on the same data there are, and how many schedules they try. */
interface Trying {
  count: number;
  runs: number;
}

function describeChanges(kind: StoreKind, { count, runs }: Trying): void {
  const opened = openAll(kind.open, count);
  changeSchedulesContract(() => opened.stores, { runs, isRepeatable: kind.data !== "shared" });
}

/** What stores on the same data have to show while time passes. */
function describeInboxes(kind: StoreKind, { count, runs }: Trying): void {
  const opened = openAll(kind.openClocked, count);
  const reopen = async () => {
    await Promise.all(opened.stores.map((store) => store.close()));
    opened.stores = [await opened.first.openAgain()];
  };
  const clocked = (): Clocked => {
    const { stores, first } = opened;
    return { stores, settle: first.settle, ...(kind.data === "exclusive" && { reopen }) };
  };
  const isRepeatable = kind.data !== "shared";
  inboxSchedulesContract(clocked, { runs, isRepeatable });
}

function describeErasures(kind: StoreKind, runs: number): void {
  const opened = openAll(kind.open, 1);
  erasureHistoriesContract(() => opened.first.store, runs);
}

/** Opens so many stores on the same data before the tests, and closes them after these. */
function openAll<TOpened extends OpenedStore>(open: () => Promise<TOpened>, count: number) {
  let first: TOpened | undefined;
  const opened = {
    stores: [] as ChatStore[],
    get first(): TOpened {
      if (!first) throw new Error("the store is not open");
      return first;
    },
  };
  beforeAll(async () => {
    first = await open();
    opened.stores = [first.store];
    if (count === 2) opened.stores.push(await first.openAgain());
  }, timeoutMs);
  afterAll(async () => {
    await first?.[Symbol.asyncDispose]();
  }, timeoutMs);
  return opened;
}
