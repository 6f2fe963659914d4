import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { appendAll, expectRefusal } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";

const longestGapMs = 20;
const runsMax = 3;

it("gives others a turn while 1,000 conversations are read from SQLite, also by several at once", async () => {
  await using opened = await openFull(1_000);
  const { store, ids } = opened;
  for (const count of [1, 3]) {
    const read = () => Promise.all(upTo(count).map(() => store.conversations.get(ids, 10)));
    let gapMs = Number.POSITIVE_INFINITY;
    // What else a run meets, as a collection of garbage, it does not meet every time.
    for (let run = 0; run < runsMax && gapMs > longestGapMs; run++) {
      gapMs = Math.min(gapMs, await longestGapOf(read));
    }
    expect(gapMs).toBeLessThanOrEqual(longestGapMs);
  }
});

it("gives others a turn while the members of many conversations are looked up in SQLite", async () => {
  const store = openSqliteStore(":memory:");
  const user_ids = newUsers(500);
  const conversation_ids = upTo(100).map((n) => `room-${n}`);
  for (const id of conversation_ids) await store.conversations.create({ id, user_ids });
  const read = () => store.members.among({ conversation_ids, user_ids });
  expect(await read()).toHaveLength(100 * 500);
  let gapMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runsMax && gapMs > longestGapMs; run++) {
    gapMs = Math.min(gapMs, await longestGapOf(read));
  }
  expect(gapMs).toBeLessThanOrEqual(longestGapMs);
  await store.close();
});

it("reads each of many conversations so that it agrees with itself, while others write", async () => {
  await using opened = await openFull(500);
  const { store, ids } = opened;
  let isReading = true;
  const writing = (async () => {
    while (isReading) {
      await appendAll(
        store,
        ids.map((conversation_id) => newMessage({ conversation_id, user_id: "late" })),
      );
    }
  })();
  for (let round = 0; round < 5; round++) {
    for (const { messages, last_seq, last_activity_at } of await store.conversations.get(ids, 3)) {
      expect(messages.at(-1)).toMatchObject({ seq: last_seq, timestamp: last_activity_at });
    }
  }
  isReading = false;
  await writing;
});

it("says that it is closed where it was closed while conversations were read", async () => {
  await using opened = await openFull(1_000);
  const { store, ids } = opened;
  const refusals = upTo(20).map(() => expectRefusal(store.conversations.get(ids, 10), "closed"));
  await store.close();
  await Promise.all(refusals);
});

/** Opens a store in memory with conversations of 20 members, each with 12 messages. */
async function openFull(count: number) {
  const store = openSqliteStore(":memory:");
  const ids = upTo(count).map((n) => `room-${n}`);
  const user_ids = newUsers(20);
  for (const id of ids) await store.conversations.create({ id, user_ids });
  for (let said = 0; said < 12; said++) {
    await appendAll(
      store,
      ids.map((conversation_id) => newMessage({ conversation_id, content: "x".repeat(100) })),
    );
  }
  return { store, ids, [Symbol.asyncDispose]: () => store.close() };
}

/**
 * Says for how long at most the event loop was kept from going round while something was done, in ms of this thread's own time:
 * what the machine does beside it does not count.
 */
async function longestGapOf(act: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  let longestMs = 0;
  let at = threadMs();
  const acting = act().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await turn();
    const now = threadMs();
    longestMs = Math.max(longestMs, now - at);
    at = now;
  }
  await acting;
  return longestMs;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
