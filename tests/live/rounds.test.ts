import { once } from "node:events";
import { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { queryObjects } from "node:v8";
import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { countLive, say } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const visitors = 25;

const timer = setTimeout(() => {}, 0);
// Nothing that a stream leaves behind would be without one of these.
const kinds = { ServerResponse, Socket, AbortSignal, Timeout: timer.constructor };

/** Counts what there is, after a full collection. */
function countHeld(): [string, number][] {
  return Object.entries(kinds).map(([name, kind]) => [
    name,
    queryObjects(kind, { format: "count" }),
  ]);
}

it.each(["/messages/room/events?after=0", "/users/ann/events"])(
  "2,500 rounds of coming and leaving leave nothing of %s",
  async (path) => {
    const store = openSqliteStore(":memory:");
    const live = countLive(createLive(store));
    await using server = await startServer({ store, live });
    await say(store, "room");
    const come = async () => {
      const socket = await openSocket(server.port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await once(socket, "data");
      return socket;
    };
    const stays = await come();
    const comeAndGo = async (rounds: number) => {
      const visitor = async () => {
        for (let count = 0; count < rounds / visitors; count++) (await come()).destroy();
      };
      // Somebody speaks meanwhile, so that what is kept while a conversation is awake is there.
      await Promise.all([say(store, "room", 20), ...Array.from({ length: visitors }, visitor)]);
      await until(() => live.following === 1, { timeoutMs: 5_000, what: "the others have left" });
    };
    await comeAndGo(100);
    const before = new Map(countHeld());
    await comeAndGo(2_500);
    const after = countHeld();
    expect(live.begun).toBe(2_601);
    // A few of the last may not be let go yet.
    const left = after.filter(([name, count]) => count > (before.get(name) ?? 0) + 10);
    expect(left).toEqual([]);
    expect(before.get("ServerResponse")).toBe(1);
    stays.destroy();
  },
  60_000,
);
