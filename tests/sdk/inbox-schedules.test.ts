import { randomUUID } from "node:crypto";
import { openMongoStore } from "@chatnest/db";
import fc from "fast-check";
import { MongoClient } from "mongodb";
import { describe, inject, test } from "vitest";
import { startServer } from "../support/server.ts";
import { runSchedule, schedule } from "./inbox-steps.ts";
import { becomeBrowser } from "./moody-network.ts";

// A run waits for real time, so one that fails is not made smaller.
const bounds = (numRuns: number) => ({ numRuns, endOnFailure: true });

test("two devices show what is so, whatever has happened", { timeout: 120_000 }, async () => {
  using _browser = becomeBrowser();
  const property = fc.asyncProperty(schedule, async (steps) => {
    await using server = await startServer();
    await runSchedule([server.url, server.url], steps);
  });
  await fc.assert(property, bounds(12));
});

describe.each(inject("mongoDeployments"))("two processes on MongoDB $name", ({ uri }) => {
  test("show the same on two devices, whatever has happened", { timeout: 180_000 }, async () => {
    using _browser = becomeBrowser();
    const property = fc.asyncProperty(schedule, async (steps) => {
      await using pair = await startPair(uri);
      await runSchedule(pair.urls, steps);
    });
    await fc.assert(property, bounds(3));
  });
});

/** Starts two servers over one database, as two processes do. */
async function startPair(uri: string) {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const [one, other] = [openMongoStore({ uri: inDatabase }), openMongoStore({ uri: inDatabase })];
  const stack = new AsyncDisposableStack();
  const client = stack.adopt(new MongoClient(uri), (connected) => connected.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  await one.ready;
  await other.ready;
  const here = stack.use(await startServer({ store: one }));
  const there = stack.use(await startServer({ store: other }));
  const urls: [string, string] = [here.url, there.url];
  return { urls, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
