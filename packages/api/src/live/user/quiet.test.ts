import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openSqliteStore } from "@chatnest/db";
import { describe, expect, it, vi } from "vitest";
import { createLive } from "../index.ts";

const followers = 40;
const conversations = 10_000;

describe("following a user of many quiet conversations", () => {
  it("takes no more memory than following a user of few", async () => {
    const store = openSqliteStore(":memory:");
    // Long ago, so that none of them is active or recently joined.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    for (const [user_id, count] of [["few", 10] as const, ["many", conversations] as const]) {
      for (let n = 0; n < count; n++) {
        await store.conversations.create({ id: `${user_id}-${n}`, user_ids: [user_id] });
      }
    }
    vi.useRealTimers();
    const live = createLive(store);
    const closing = new AbortController();
    const collectGarbage = exposeGarbageCollection();
    const waiting: Promise<unknown>[] = [];

    async function measure(user_id: string): Promise<number> {
      const before = await heapUsed();
      const following = Array.from({ length: followers }, () =>
        live.followUser({ user_id }, closing.signal),
      );
      for (const news of following) {
        let isComplete = false;
        while (!isComplete) {
          const { value } = await news.next();
          isComplete = value?.kind === "heads" && value.complete;
        }
      }
      // Waits for more, as a follower does.
      waiting.push(...following.map((news) => news.next()));
      return ((await heapUsed()) - before) / followers;
    }

    async function heapUsed(): Promise<number> {
      for (let round = 0; round < 5; round++) {
        await turn();
        collectGarbage();
      }
      return process.memoryUsage().heapUsed;
    }

    await measure("few");
    const [few, many] = [await measure("few"), await measure("many")];
    // Not even a pointer to each of them.
    expect(many - few).toBeLessThan(conversations * 4);
    closing.abort();
    await Promise.all(waiting);
    live.close();
    await store.close();
  });
});

function exposeGarbageCollection(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
