import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { conversationStream } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultMember, FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";
import { openMemberView } from "./member-view.ts";

describe("while links fail", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ isProxied: true });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("what a reader or a live follower has seen is never rolled back, though clients still reach a primary that the others do not", async () => {
    const { set, database } = cluster;
    const ghost = `ghost-${randomUUID()}`;
    const isolated = await set.primary();
    const rollbacksBefore = await rollbacksOf(isolated);
    await using view = await openMemberView(isolated, database);
    await runFault(cluster, {
      name: "primary isolated, clients reach it",
      async happen(_, { conversations }) {
        isolate(set, isolated);
        // What it has from here on is rolled back: nobody else ever hears of it.
        const streams = conversations.map(conversationStream);
        await Promise.all(streams.map((stream) => view.insertAtEnd(stream, ghost)));
        expect(await view.countOf(ghost)).toBe(streams.length);
        await until(() => isAnotherPrimary(set, isolated), {
          timeoutMs: 20_000,
          what: "the others elect another primary",
        });
        await delay(3_000);
      },
    });
    // It answers nothing while it rolls back.
    await until(async () => (await view.countOf(ghost)) === 0, {
      timeoutMs: 30_000,
      what: "what the isolated primary alone had is rolled back",
    });
    expect(await rollbacksOf(isolated)).toBeGreaterThan(rollbacksBefore);
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
    const silentMs = 8_000;
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
