import { join } from "node:path";
import { vi } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import type { ChatStore } from "../src/store.ts";
import { newFolder } from "./folder.ts";
import type { ClockedStore, OpenedStore, OpenStore, StoreKind } from "./opened-store.ts";

/** The embedded store on a file. */
export const sqliteFile: StoreKind = {
  open: openOnFile,
  openClocked: () => withClock(openOnFile),
  data: "exclusive",
  interleavings: 30,
};

/** The embedded store that keeps nothing. */
export const sqliteMemory: StoreKind = {
  open: openInMemory,
  openClocked: () => withClock(openInMemory),
  data: "gone",
  interleavings: 30,
};

async function openOnFile(): Promise<OpenedStore> {
  const folder = await newFolder();
  const opened: ChatStore[] = [];
  const openAgain = async () => {
    const store = openSqliteStore(join(folder.path, "chatnest.db"));
    opened.push(store);
    return store;
  };
  return {
    store: await openAgain(),
    openAgain,
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function openInMemory(): Promise<OpenedStore> {
  const store = openSqliteStore(":memory:");
  return {
    store,
    openAgain: () => Promise.reject(new Error(":memory: keeps nothing")),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Opens a store that settles when the clock, which a test moves, says so. */
async function withClock(open: OpenStore): Promise<ClockedStore> {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  const opened = await open();
  let { store } = opened;
  return {
    store,
    async openAgain() {
      store = await opened.openAgain();
      return store;
    },
    async settle() {
      vi.setSystemTime(Date.now() + 61_000);
      await vi.advanceTimersByTimeAsync(15_000);
      // What is settled is written before this.
      await store.renewEpoch();
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      vi.useRealTimers();
    },
  };
}
