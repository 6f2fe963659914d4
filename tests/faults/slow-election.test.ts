import { setTimeout as delay } from "node:timers/promises";
import { it } from "vitest";
import { startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

// MongoDB's own default.
const electionTimeoutMs = 10_000;

it("nothing is lost when the primary is killed, at the election time-out that MongoDB has by default", async () => {
  await using cluster = await startCluster({ electionTimeoutMs });
  await runFault(cluster, {
    name: "primary killed, election time-out 10 s",
    async happen({ set }) {
      const primary = await set.primary();
      await primary.mongod.kill();
      await set.electedInsteadOf(primary);
      await delay(2_000);
    },
  });
});
