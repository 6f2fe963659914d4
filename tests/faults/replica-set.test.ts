import { afterAll, beforeAll, describe } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { describeContention } from "./contention.ts";
import { describeElections } from "./elections.ts";
import { describeFailingCommands } from "./failing-commands.ts";
import { describeMembers } from "./members.ts";

describe("on a replica set", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const clusterOf = () => cluster;
  describeContention(clusterOf);
  describeElections(clusterOf);
  describeFailingCommands(clusterOf);
  // The last of these takes an instance away for good.
  describeMembers(clusterOf);
});
