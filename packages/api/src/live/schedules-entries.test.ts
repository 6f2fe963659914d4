import { randomUUID } from "node:crypto";
import {
  type ChatStore,
  conversationStream,
  type Entry,
  type Message,
  openSqliteStore,
} from "@chatnest/db";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delayed, fate } from "../../tests/delayed-store.ts";
import { AskingClient, PlainClient } from "../../tests/entries-client.ts";
import { fold } from "../../tests/fold.ts";
import { RandomLog, randomEntry } from "../../tests/random-entries.ts";
import { createHub } from "./hub.ts";
import { createMembershipEnds } from "./membership-ends.ts";

const schedules = shareOf(4_000);

/** What happens next: some entries are stored, time passes, a delayed step runs, or a client comes, or comes back. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ store: fc.array(randomEntry, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 5, 5_000) }) },
  { weight: 6, arbitrary: fc.constant({ go: true }) },
  { weight: 2, arbitrary: fc.record({ comeBack: fc.nat(5), to: fc.nat(1) }) },
);

describe("following a conversation with entries of all kinds", () => {
  let store: ChatStore;
  beforeEach(() => {
    store = openSqliteStore(":memory:");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  it(`tells everyone all there is, in ${schedules} schedules with a delay at every step of two processes`, {
    timeout: 120_000,
  }, async () => {
    const schedule = fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 25 }),
      fc.infiniteStream(fate),
      async (scheduler, steps, fates) => {
        const conversation_id = randomUUID();
        // The rings are so short that some readers fall behind them.
        const processes = [0, 1].map(() => {
          const hub = createHub(delayed(store, scheduler, fates), { ringLengthMax: 4 });
          return { hub, membershipEnds: createMembershipEnds(store, hub) };
        });
        const log = new RandomLog(store, conversation_id, randomUUID);
        const asking = [0, 1, 2].map(() => new AskingClient(conversation_id));
        const plain = [0, 1, 2].map(() => new PlainClient(conversation_id));
        const clients = [...asking, ...plain];
        const connect = (client: number, to: number) => {
          const process = processes[to];
          if (process) clients[client]?.connect(process);
        };
        // The others come late.
        for (const client of [0, 3]) connect(client, 0);
        for (const next of steps) {
          if ("store" in next) await Promise.all(next.store.map((entry) => log.store(entry)));
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if ("comeBack" in next) connect(next.comeBack, next.to);
          else if (scheduler.count() > 0) await scheduler.waitOne();
        }
        for (const [index, client] of clients.entries()) {
          const isNew =
            client instanceof PlainClient ? !client.messages.length : !client.entries.length;
          if (isNew) connect(index, index % 2);
        }
        const entries = await store.log.page(conversationStream(conversation_id), all);
        const messages = await store.messages.page(conversationStream(conversation_id), all);
        const isTold = () =>
          asking.every((client) => client.entries.length === entries.length) &&
          plain.every((client) => client.isLive && hasAll(client, messages));
        // Repeatedly, since doubled news may come later.
        for (let round = 0, told = 0; round < 20 && told < 3; round++) {
          await scheduler.waitAll();
          await vi.advanceTimersByTimeAsync(5_000);
          told = isTold() ? told + 1 : 0;
        }
        await scheduler.waitAll();
        expect(clients.map(({ wrongs }) => wrongs)).toEqual(clients.map(() => []));
        expect(fold(entries)).toEqual(messages);
        for (const client of asking) {
          expect(client.entries.map(withoutText)).toEqual(entries.map(withoutText));
          expect(fold(client.entries)).toEqual(messages);
        }
        for (const client of plain) {
          expect(client.isLive).toBe(true);
          // What was deleted later may have been sent before.
          const existing = new Set(messages.map(({ seq }) => seq));
          expect(client.messages.filter(({ seq }) => existing.has(seq)).map(asSent)).toEqual(
            entries.filter(({ kind, seq }) => kind === "message" && existing.has(seq)).map(asSent),
          );
        }
        for (const client of clients) client.stop();
        for (const { hub } of processes) hub.close();
        await scheduler.waitAll();
      },
    );
    await fc.assert(schedule, { numRuns: schedules });
  });
});

const all = { limit: 1_000, from: "oldest" } as const;

function hasAll(client: PlainClient, messages: readonly Message[]): boolean {
  const sent = new Set(client.messages.map(({ seq }) => seq));
  return messages.every(({ seq }) => sent.has(seq));
}

function withoutText(entry: Entry): unknown {
  return { ...entry, content: undefined, metadata: undefined, erased: undefined };
}

function asSent({ seq, ...entry }: Message | Entry): unknown {
  return [seq, "content" in entry && entry.content];
}
