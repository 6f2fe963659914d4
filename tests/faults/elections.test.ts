import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

describe("while a primary is replaced", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("nothing is lost when the primary steps down", async () => {
    await runFault(cluster, {
      name: "primary steps down",
      async happen({ set }) {
        const primary = await set.primary();
        await primary.mongod.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2 });
        await set.electedInsteadOf(primary);
        await delay(1_000);
      },
    });
  });

  it("nothing is lost when the primary is killed", async () => {
    await runFault(cluster, {
      name: "primary killed",
      async happen({ set }) {
        const primary = await set.primary();
        await primary.mongod.kill();
        await set.electedInsteadOf(primary);
        await delay(2_000);
      },
    });
  });

  it("nothing is lost when the primary stops and comes back", async () => {
    await runFault(cluster, {
      name: "primary stopped",
      async happen({ set }) {
        const primary = await set.primary();
        primary.mongod.stop();
        await set.electedInsteadOf(primary);
        await delay(3_000);
      },
    });
  });
});
