import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultMember, FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";

describe("while links fail", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ isProxied: true });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("what was seen is never rolled back when clients still reach a primary that the others do not", async () => {
    let isolated: FaultMember | undefined;
    let rollbacksBefore = 0;
    await runFault(cluster, {
      name: "primary isolated, clients reach it",
      async happen({ set }) {
        const primary = await set.primary();
        isolated = primary;
        rollbacksBefore = await rollbacksOf(primary);
        isolate(set, primary);
        await until(() => isAnotherPrimary(set, primary), {
          timeoutMs: 20_000,
          what: "the others elect another primary",
        });
        await delay(3_000);
      },
    });
    // Else the old primary had nothing that the others had not, and this test showed nothing.
    expect(isolated && (await rollbacksOf(isolated))).toBeGreaterThan(rollbacksBefore);
  });

  it("nothing is lost when connections of clients are cut again and again", async () => {
    await runFault(cluster, {
      name: "clients cut off from the primary, four times",
      async happen({ set }) {
        const { proxy } = await set.primary();
        for (const state of ["cut", "pass", "cut", "pass", "cut", "pass", "cut"] as const) {
          proxy?.govern((source) => (source === "client" ? state : "pass"));
          await delay(700);
        }
      },
    });
  });

  it("nothing is lost when links of clients to the primary fall silent", async () => {
    const silentMs = 10_000;
    await runFault(cluster, {
      name: "links of clients to the primary fall silent",
      // As long as the fault itself, and the time to resume.
      stallMsMax: silentMs + 10_000,
      async happen({ set }) {
        const { proxy } = await set.primary();
        proxy?.govern((source) => (source === "client" ? "stall" : "pass"));
        await delay(silentMs);
      },
    });
  });
});

/** Lets nothing through between a member and the others, and everything between it and clients. */
function isolate({ members }: FaultSet, isolated: FaultMember): void {
  for (const { mongod, proxy } of members) {
    proxy?.govern((source) => {
      if (source === "client") return "pass";
      const isAcross = mongod === isolated.mongod || source === isolated.mongod.port;
      return isAcross ? "stall" : "pass";
    });
  }
}

async function isAnotherPrimary({ members }: FaultSet, old: FaultMember): Promise<boolean> {
  const others = members.filter((member) => member !== old);
  const hellos = await Promise.all(others.map(({ mongod }) => mongod.command({ hello: 1 })));
  return hellos.some(({ isWritablePrimary }) => isWritablePrimary === true);
}

async function rollbacksOf({ mongod }: FaultMember): Promise<number> {
  const { rbid } = await mongod.command({ replSetGetRBID: 1 });
  return Number(rbid);
}
