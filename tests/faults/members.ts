import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startChatNest } from "../support/chatnest-process.ts";
import type { MongodProcess } from "../support/mongod-process.ts";
import { until } from "../support/until.ts";
import type { Cluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

/** Takes away what is not the primary, and in the end an instance. */
export function describeMembers(clusterOf: () => Cluster): void {
  describe("while followers and servers fail", () => {
    it("nothing is lost when a secondary is killed", async () => {
      await runFault(clusterOf(), {
        name: "secondary killed",
        async happen({ set }) {
          const [secondary] = await set.secondaries();
          await secondary.mongod.kill();
          await delay(3_000);
        },
      });
    });

    it("nothing is lost when a secondary stops and comes back", async () => {
      await runFault(clusterOf(), {
        name: "secondary stopped",
        async happen({ set }) {
          const [secondary] = await set.secondaries();
          secondary.mongod.stop();
          await delay(4_000);
        },
      });
    });

    it.each([
      { how: "killed", take: (mongod: MongodProcess) => mongod.kill() },
      { how: "stopped", take: (mongod: MongodProcess) => mongod.stop() },
    ])(
      "sends are refused while two of three are $how, and go on by themselves afterwards",
      async ({ how, take }) => {
        const ledger = await runFault(clusterOf(), {
          name: `two of three ${how}`,
          // As long as the fault itself, and the time to resume.
          stallMsMax: 30_000,
          async happen({ set }, { ledger: { unknownReasons } }) {
            const [, second] = await set.secondaries();
            const primary = await set.primary();
            await Promise.all([primary, second].map(({ mongod }) => take(mongod)));
            await until(() => unknownReasons.has("503"), {
              timeoutMs: 20_000,
              what: "a send is refused",
            });
            await delay(2_000);
          },
        });
        expect(ledger.unknownReasons.get("503")).toBeGreaterThan(0);
      },
    );

    it("writers go on through another instance when theirs is killed, and a new one shows the same", async () => {
      const cluster = clusterOf();
      const [killed, left] = cluster.servers;
      if (!killed || !left) throw new Error("two servers are needed");
      await using resources = new AsyncDisposableStack();
      const urlsLeft = [left.url];
      const ledger = await runFault(clusterOf(), {
        name: "ChatNest killed",
        async happen() {
          await killed.kill();
          await delay(1_000);
          const started = resources.use(await startChatNest(cluster.uri));
          urlsLeft.push(started.url);
        },
        urlsLeft: () => urlsLeft,
      });
      expect(ledger.unknown).toBeGreaterThan(0);
    });
  });
}
