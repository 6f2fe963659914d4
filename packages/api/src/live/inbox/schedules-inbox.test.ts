import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delayed, fate } from "../../../tests/delayed-store.ts";
import { InboxChat } from "../../../tests/inbox-chat.ts";
import { InboxClient } from "../../../tests/inbox-client.ts";
import { createLive } from "../index.ts";

const schedules = shareOf(1_500);
const room = fc.constantFrom(0, 1, 2);
const back = fc.nat(3);
const change = fc.constantFrom(
  { pinned: true },
  { pinned: false },
  { archived: true },
  { archived: false },
  { muted_until: "2100-01-01T00:00:00.000Z" },
  { muted_until: null },
);

/** What happens next: something in a conversation, time passes, a delayed step runs, or a client reconnects. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      send: room,
      by: fc.constantFrom("ann", "ann", "me"),
      isMention: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ mark: room, back }) },
  { weight: 2, arbitrary: fc.record({ unread: room, back }) },
  { weight: 1, arbitrary: fc.record({ delete: room, back }) },
  { weight: 2, arbitrary: fc.record({ set: room, change }) },
  { weight: 1, arbitrary: fc.record({ member: room }) },
  {
    weight: 4,
    arbitrary: fc.record({ wait: fc.constantFrom(0, 5, 20, 1_000, 6_000, 31_000, 130_000) }),
  },
  { weight: 10, arbitrary: fc.record({ go: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ comeBack: fc.nat(2), isNew: fc.boolean() }) },
);

describe("following a user with the inbox", () => {
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

  it.each([
    ["events are lost, and only checks make up for them", "alone", fate],
    ["events are late or doubled", "live", fc.constantFrom("arrives", "doubled")],
  ] as const)(
    `ends with what the store says, in ${schedules} schedules, where %s`,
    {
      timeout: 300_000,
    },
    async (_, state, met) => {
      const schedule = fc.asyncProperty(
        fc.scheduler(),
        fc.record({
          isConnected: fc.boolean(),
          steps: fc.array(step, { minLength: 5, maxLength: 40 }),
        }),
        fc.infiniteStream<string>(met),
        async (scheduler, { isConnected, steps }, fates) => {
          // The conversations of earlier runs are quiet by now.
          vi.setSystemTime(Date.now() + 600_000);
          const chat = new InboxChat(store);
          await chat.begin();
          const late = { ...delayed(store, scheduler, fates), watchState: () => state };
          const live = createLive(late, { ringLengthMax: 4 });
          const clients = [
            new InboxClient(live, chat.me),
            new InboxClient(live, chat.me),
            new InboxClient(live, chat.me, "all"),
          ];
          const runOut = async () => {
            // Reads that take turns of the event loop continue after each.
            for (let turns = 0; turns < 6; turns++) {
              await scheduler.waitAll();
              await turn();
            }
            await vi.advanceTimersByTimeAsync(1_000);
          };
          const goOn = async () => {
            if (scheduler.count() > 0) await scheduler.waitOne();
            await turn();
          };
          if (isConnected) await runOut();
          for (const next of steps) {
            if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
            else if ("comeBack" in next) clients[next.comeBack]?.comeBack(!next.isNew);
            else if (!("go" in next)) await chat.take(next);
            else for (let gone = 0; gone < next.go; gone++) await goOn();
            await turn();
          }
          const truth = await chat.truth();
          const views = () =>
            clients.map((client) => [client.wrongs, chat.viewOf(client, client.isCounting)]);
          const wanted = clients.map(({ isCounting }) => [[], chat.viewOf(truth, isCounting)]);
          // Repeatedly, since delayed news may be older, and doubled news may come later.
          for (let round = 0, told = 0; round < 200 && told < 12; round++) {
            await runOut();
            told = isDeepStrictEqual(views(), wanted) ? told + 1 : 0;
          }
          expect(views()).toEqual(wanted);
          for (const client of clients) client.stop();
          live.close();
          await scheduler.waitAll();
        },
      );
      await fc.assert(schedule, { numRuns: schedules });
    },
  );
});
