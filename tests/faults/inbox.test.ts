import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultMember, FaultSet } from "../support/fault-set.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { checkInboxes } from "./inbox-checks.ts";
import { drawn } from "./inbox-drawing.ts";
import { startPeople } from "./inbox-people.ts";
import { InboxServers } from "./inbox-servers.ts";

type Fault = (set: FaultSet, primary: FaultMember) => Promise<unknown>;

const faults: Record<string, Fault> = {
  async "steps down"(set, primary) {
    await primary.mongod.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2 });
    await set.electedInsteadOf(primary);
  },
  async "is killed"(set, primary) {
    await primary.mongod.kill();
    await set.electedInsteadOf(primary);
  },
  async "is stopped and comes back"(set, primary) {
    primary.mongod.stop();
    await set.electedInsteadOf(primary);
    await delay(drawn(2_000));
  },
};

describe("inboxes", () => {
  let cluster: Cluster;
  let servers: InboxServers;
  beforeAll(async () => {
    cluster = await startCluster({ serverCount: 0 });
    servers = await InboxServers.start(cluster);
  });
  afterAll(async () => {
    await servers?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  it.each(Object.entries(faults))(
    "are what the logs and the deeds of users say when the primary %s, servers are killed, and conversations fall quiet",
    async (name, happen) => {
      const { set } = cluster;
      await set.settled();
      const people = await startPeople(() => servers.urls);
      const fault = async () => happen(set, await set.primary());
      try {
        await delay(drawn(1_000));
        // A server is killed while there is no primary, or before, or after.
        await Promise.all([
          fault(),
          delay(drawn(3_000)).then(() => servers.replace(drawn(2), drawn(1_000))),
        ]);
        await set.heal();
        await delay(drawn(1_000));
        // Now everything is settled while everybody goes on.
        await using settler = await servers.pause();
        await delay(drawn(1_500));
        await settler.kill();
        if (name === "steps down") await fault();
        await delay(1_000);
      } finally {
        await set.heal();
        await people.stop();
      }
      await set.settled();
      const { deeds, repeated } = people.counts;
      process.stdout.write(
        `FAULT inboxes, primary ${name}: ${deeds} deeds, ${repeated} repeated\n`,
      );
      await checkInboxes(servers.urls, people);
      // All are settled, and say what they have stored.
      await using _settler = await servers.pause();
      await servers.settled();
      await checkInboxes(servers.urls, people);
      expect(repeated).toBeGreaterThan(0);
    },
  );
});
