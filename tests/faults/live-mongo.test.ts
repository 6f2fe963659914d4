import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { FaultSet } from "../support/fault-set.ts";
import { findFreePorts } from "../support/free-port.ts";
import { until } from "../support/until.ts";
import { startLiveLoad } from "./live-load.ts";

let set: FaultSet;
beforeAll(async () => {
  set = await FaultSet.start();
});
afterAll(() => set?.[Symbol.asyncDispose]());

/** Servers of one database, each of which can be stopped and started again at its own port. */
async function startInstances(count: number) {
  await using starting = new AsyncDisposableStack();
  let resources = starting;
  const folder = resources.use(await newFolder());
  const uri = set.uri(folder.path.replaceAll(/\W/g, "").slice(-20));
  const ports = await findFreePorts(count);
  const running: RunningServer[] = [];

  async function start(index: number): Promise<void> {
    const env = {
      PORT: String(ports[index]),
      MONGODB_URI: uri,
      CHATNEST_RATE_LIMIT: "0",
      CHATNEST_SHUTDOWN_GRACE_S: "3",
    };
    const server = resources.use(await startServer({ cwd: folder.path, env }));
    running[index] = server;
    await until(async () => (await fetch(`${server.url}/readyz`)).ok, {
      timeoutMs: 20_000,
      what: "the server is ready",
    });
  }

  async function restart(index: number, signal: NodeJS.Signals): Promise<void> {
    await running[index]?.stop(signal);
    await start(index);
  }

  await Promise.all(ports.map((_, index) => start(index)));
  resources = starting.move();
  return {
    urls: running.map(({ url }) => url),
    restart,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

describe("subscribers of two servers on a replica set", () => {
  it("have every message once, in order, through a kill, a stop and an election", async () => {
    await set.settled();
    await using instances = await startInstances(2);
    await using load = await startLiveLoad(instances.urls);
    await load.goOn(200);
    await instances.restart(0, "SIGKILL");
    await load.goOn(200);
    const primary = await set.primary();
    await primary.mongod.kill();
    await set.electedInsteadOf(primary);
    await load.goOn(200);
    await set.heal();
    await instances.restart(1, "SIGTERM");
    await load.goOn(200);
    await load.finish("two instances, a kill, an election, a stop");
  });

  it("have every message once, in order, through a rolling restart", async () => {
    await set.settled();
    await using instances = await startInstances(2);
    await using load = await startLiveLoad(instances.urls);
    await load.goOn(200);
    for (const index of [0, 1, 0, 1]) {
      await instances.restart(index, "SIGTERM");
      await delay(500);
      await load.goOn(50);
    }
    await load.finish("rolling restarts");
  });
});
