import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "vitest";
import type { Cluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

/** Replaces the primary, in every way there is. */
export function describeElections(clusterOf: () => Cluster): void {
  describe("while a primary is replaced", () => {
    it("nothing is lost when the primary steps down", async () => {
      await runFault(clusterOf(), {
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
      await runFault(clusterOf(), {
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
      await runFault(clusterOf(), {
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
}
