import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, conversationStream, openSqliteStore, readHead } from "@chatnest/db";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../../../tests/append.ts";
import { delayed, fate } from "../../../tests/delayed-store.ts";
import { FollowingClient } from "../../../tests/following-client.ts";
import { PlainUserClient } from "../../../tests/plain-user-client.ts";
import { createLive } from "../index.ts";

const schedules = shareOf(5_000);
const rooms = [0, 1, 2];

/** What happens next: a send, a change of the newest message, a joining or leaving, time passes, a delayed step runs, or the client reconnects. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      send: fc.constantFrom(...rooms),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      change: fc.constantFrom(...rooms),
      kind: fc.constantFrom("reaction", "reaction", "deletion"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ member: fc.constantFrom(...rooms) }) },
  {
    weight: 4,
    arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 5, 2_000, 6_000, 31_000, 70_000, 130_000) }),
  },
  { weight: 8, arbitrary: fc.constant({ go: true }) },
  { weight: 1, arbitrary: fc.record({ comeBack: fc.boolean() }) },
);

describe("following a user", () => {
  let store: ChatStore;
  beforeEach(() => {
    store = openSqliteStore(":memory:");
    const timers = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;
    vi.useFakeTimers({ toFake: [...timers, "Date", "performance"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  it(`has no gap and no repeat after the heads, in ${schedules} schedules`, {
    timeout: 300_000,
  }, async () => {
    const schedule = fc.asyncProperty(
      fc.scheduler(),
      fc.record({
        run: fc.uuid(),
        isQuiet: fc.boolean(),
        isQuietAfter: fc.boolean(),
        steps: fc.array(step, { minLength: 5, maxLength: 40 }),
      }),
      fc.infiniteStream(fate),
      async (scheduler, { run, isQuiet, isQuietAfter, steps }, fates) => {
        // The conversations of earlier runs are quiet by now.
        vi.setSystemTime(Date.now() + 600_000);
        const newId = idsOf(run);
        const user_id = newId();
        const chat = await openChat(store, { user_id, newId });
        if (isQuiet) vi.setSystemTime(Date.now() + 600_000);
        const live = createLive(delayed(store, scheduler, fates), { ringLengthMax: 4 });
        const client = new FollowingClient(live, { userId: user_id, joinedAt: chat.joinedAt });
        const plain = new PlainUserClient(store, live, user_id);
        for (const next of steps) {
          if ("send" in next) await chat.send(next.send, next.count);
          else if ("change" in next) await chat.change(next.change, next.kind);
          else if ("member" in next) await chat.joinOrLeave(next.member);
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("comeBack" in next) {
            client.comeBack(next.comeBack);
            plain.comeBack(next.comeBack);
          } else if (scheduler.count() > 0) await scheduler.waitOne();
          await turn();
        }
        if (!isQuietAfter) for (const room of rooms) await chat.send(room, 1);
        const runOut = async () => {
          // Reads that take turns of the event loop continue after each.
          for (let turns = 0; turns < 4; turns++) {
            await scheduler.waitAll();
            await turn();
          }
          await vi.advanceTimersByTimeAsync(5_000);
          await turn();
        };
        // Repeatedly, since delayed news may be older, and doubled news may come later.
        for (let round = 0, told = 0; round < 40 && told < 4; round++) {
          await runOut();
          const isTold = (await chat.isToldTo(client)) && (await plain.isWhole(chat.joined()));
          told = isTold ? told + 1 : 0;
        }
        await scheduler.waitAll();
        expect([client.wrongs, client.placesInOrder()]).toEqual([[], await chat.places()]);
        expect([plain.wrongs, await plain.isWhole(chat.joined())]).toEqual([[], true]);
        for (const one of [client, plain]) one.stop();
        live.close();
        await scheduler.waitAll();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
  });
});

let runs = 0;

/** New ids, sorted in the same way when a schedule is replayed. */
function idsOf(run: string): () => string {
  const prefix = runs++;
  let count = 0;
  return () => `${prefix}-${createHash("md5").update(`${run} ${count++}`).digest("hex")}`;
}

/** Some conversations, and a user who is a member of the first from the start. */
async function openChat(
  store: ChatStore,
  { user_id, newId }: { user_id: string; newId: () => string },
) {
  const ids = rooms.map(newId);
  const memberOf = new Set<string>();
  /** The heads of conversations when the user last joined them. */
  const joinedAt = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    await store.conversations.create({ id, user_ids: index === 0 ? [user_id, "ann"] : ["ann"] });
    if (index === 0) memberOf.add(id);
  }
  const send = (conversation_id: string) =>
    append(store, { id: newId(), user_id: "ann", content: "hi", conversation_id });
  const idOf = (index: number) => ids[index] ?? "";

  /** The heads of the user's conversations. */
  async function places(): Promise<Map<string, number>> {
    const heads = [...memberOf].toSorted().map(async (id) => {
      return [id, await readHead(store.log, conversationStream(id))] as const;
    });
    return new Map(await Promise.all(heads));
  }
  return {
    joinedAt,
    joined: () => [...memberOf],
    places,
    async send(index: number, count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, () => send(idOf(index))));
    },
    async change(index: number, kind: string): Promise<void> {
      const conversation_id = idOf(index);
      const range = { limit: 1, from: "newest" } as const;
      const [newest] = await store.messages.page(conversationStream(conversation_id), range);
      if (!newest) return;
      const base = { id: newId(), user_id: "ann", conversation_id, target_seq: newest.seq };
      const added = newest.reactions === undefined;
      await store.log.append(
        kind === "deletion" ? { ...base, kind } : { ...base, kind: "reaction", key: "like", added },
      );
    },
    async joinOrLeave(index: number): Promise<void> {
      // A message in the same millisecond as a joining counts as after it.
      vi.setSystemTime(Date.now() + 1);
      const id = idOf(index);
      if (memberOf.delete(id)) return store.members.leave({ conversation_id: id, user_id });
      joinedAt.set(id, await readHead(store.log, conversationStream(id)));
      await store.members.join({ conversation_id: id, user_id });
      memberOf.add(id);
    },
    async isToldTo(client: FollowingClient): Promise<boolean> {
      return JSON.stringify([...client.placesInOrder()]) === JSON.stringify([...(await places())]);
    },
  };
}
