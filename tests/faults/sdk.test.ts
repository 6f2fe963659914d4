import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createChatClient } from "@chatnest/client";
import { describe, expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { openBadNetwork, type Weather } from "../support/bad-network.ts";
import { upTo } from "../support/live.ts";
import { until } from "../support/until.ts";
import { readSameHistory } from "./oracle.ts";
import { keepSending, type Manner, type SdkClient, startSdkClient } from "./sdk-clients.ts";

const runMs = 120_000;
const clientCount = 10;
const pauseBetweenSendsMs = 150;
/** How long each weather lasts, in ms, and how often connections are forgotten without a word. */
const weatherMs = 5_000;
const forgetEveryMs = 20_000;
const weathers: Weather[] = ["cutting", "slow", "bad_gateway", "calm", "cutting", "away"];
const manners: Manner[] = [
  "conversations by handlers",
  "user by handlers",
  "conversations by loops",
  "user by loops",
];
/** A forgotten connection is noticed after 35 s, and tried again after 30 s at most. */
const settleMs = 80_000;

describe("ten clients of the SDK on a bad network", () => {
  it("have every message of three conversations once, in order, and every send once", {
    timeout: runMs + settleMs + 60_000,
  }, async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path, env: { CHATNEST_RATE_LIMIT: "0" } });
    await using network = await openBadNetwork(server.port);
    const names = upTo(clientCount).map((n) => `client-${n}`);
    const rooms = upTo(3).map(() => `room-${randomUUID().slice(0, 8)}`);
    const direct = createChatClient({ url: server.url });
    for (const id of rooms) await direct.conversations.create({ id, user_ids: names });
    const clients = names.map((name, index) => {
      const manner = manners[index % manners.length] ?? "user by handlers";
      return startSdkClient({ name, url: network.url, manner }, rooms);
    });
    await Promise.all(clients.map(({ ready }) => ready));

    const stopped = new AbortController();
    const sending = Promise.all(
      clients.map((client) =>
        keepSending(client, rooms, { signal: stopped.signal, pauseMs: pauseBetweenSendsMs }),
      ),
    );
    const end = performance.now() + runMs;
    for (let round = 0; performance.now() < end; round++) {
      network.become(weathers[round % weathers.length] ?? "calm");
      if ((round * weatherMs) % forgetEveryMs === 0) network.forget(0.3);
      await delay(weatherMs);
    }
    network.become("calm");
    stopped.abort();
    const logs = await sending;
    const startedAt = performance.now();

    const histories = await Promise.all(rooms.map((room) => readSameHistory([server.url], room)));
    const hasAll = ({ received }: SdkClient) =>
      rooms.every((room, n) => (received.get(room)?.length ?? 0) >= (histories[n]?.length ?? 0));
    await until(() => clients.every(hasAll), { timeoutMs: settleMs, what: "all have all" }).catch(
      () => {},
    );
    const waitedMs = Math.round(performance.now() - startedAt);
    await Promise.all(clients.map((client) => client.close()));

    const stored = logs.flatMap((log) => log.stored);
    const unsent = new Set(logs.flatMap((log) => log.unsent));
    const count = (status: "offline" | "catching_up") =>
      clients.reduce((sum, { statuses }) => sum + (statuses.get(status) ?? 0), 0);
    process.stdout.write(
      `SDK ${stored.length} sends resolved, ${logs.flatMap((log) => log.unknown).length} unknown, ${unsent.size} unsent; ` +
        `${count("offline")} times offline, ${count("catching_up")} times catching up; ` +
        `${JSON.stringify(network.deeds)}; the last had all after ${waitedMs} ms\n`,
    );
    expect(clients.flatMap(({ wrongs }) => wrongs)).toEqual([]);
    expect(logs.flatMap(({ wrongs }) => wrongs)).toEqual([]);
    for (const { received } of clients) {
      for (const [n, room] of rooms.entries()) {
        expect(received.get(room)).toEqual(upTo(histories[n]?.length ?? 0));
      }
    }
    const all = histories.flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ content }) => unsent.has(content))).toEqual([]);
    const byId = new Map(all.map((message) => [message.id, message]));
    const ids = new Set(stored.map(({ id }) => id));
    for (const message of stored) expect(byId.get(message.id)).toEqual(message);
    for (const history of histories) {
      for (const messages of Map.groupBy(history, ({ user_id }) => user_id).values()) {
        const told = messages.filter(({ id }) => ids.has(id));
        const order = told.map(({ content }) => Number.parseInt(content, 10));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }
  });
});
