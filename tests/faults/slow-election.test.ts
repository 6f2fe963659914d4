import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

describe("with all of MongoDB as it is by default", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ isUntuned: true });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("nothing is lost when the primary is killed", async () => {
    await runFault(cluster, {
      name: "primary killed, MongoDB's defaults",
      async happen({ set }) {
        const primary = await set.primary();
        await primary.mongod.kill();
        await set.electedInsteadOf(primary);
        await delay(2_000);
      },
    });
  });

  it("nothing is lost, and every request is answered in time, when the primary falls silent", async () => {
    await runFault(cluster, {
      name: "primary stopped, MongoDB's defaults",
      // MongoDB itself takes up to 24 s until it has a new primary with a majority: docs/decisions.
      stallMsMax: 40_000,
      async happen({ set }) {
        const primary = await set.primary();
        primary.mongod.stop();
        await set.electedInsteadOf(primary);
        await delay(3_000);
      },
    });
  });
});
