import { alternate } from "../alternate.ts";
import type { Appends } from "../clients/appenders.ts";
import type { Kit } from "../kit.ts";
import { hotRate, ownRate, writeToStore } from "../load/store-writers.ts";
import { mongoUri } from "../peers/mongo.ts";
import { quantile } from "../quantile.ts";
import type { Measured, Row, Sample } from "../row.ts";

const hotWriters = 16;
const ownWriters = 4;
const processes = 4;
const depths = ["2", "4", "8"];
/** Where the store says how many groups it writes at once. */
const depthSetting = { file: "/db/src/mongo/log/log.ts", from: "groupsInFlightMax: 4" };

export const contentionRows: readonly Row[] = [
  {
    name: "contention",
    title: "4 processes write one conversation, three-member MongoDB",
    unit: "/s",
    peer: "one process",
    bar: { ratio: { least: 1 / 3 } },
    measure: (kit) => kit.get(measureHot),
  },
  {
    name: "contention-share",
    title: "least share that one of the 4 gets",
    unit: "of a fair one",
    bar: { value: { least: 0.5 } },
    measure: async (kit) => ({ ours: (await kit.get(measureHot)).shares }),
  },
  {
    name: "contention-others",
    isExtra: true,
    title: "send to a conversation of one process beside it, p99",
    unit: "ms",
    peer: "as busy, no conflicts",
    bar: { ratio: { most: 2 } },
    measure: async (kit) => {
      const { hot, busy } = await kit.get(measureOthers);
      return { ours: hot, peer: busy };
    },
  },
  {
    name: "contention-alone",
    isExtra: true,
    title: "send to a conversation of one process beside it, p99",
    unit: "ms",
    peer: "nothing beside it",
    bar: { ratio: { most: 2 } },
    measure: async (kit) => {
      const { hot, alone } = await kit.get(measureOthers);
      return { ours: hot, peer: alone };
    },
  },
  ...depths.map((depth): Row => {
    return {
      name: `group-depth-${depth}`,
      title: `${depth} groups written at once, 512 senders, three-member MongoDB`,
      unit: "/s",
      peer: "one group",
      bar: {},
      isExtra: true,
      measure: async (kit) => {
        const rates = await kit.get(measureDepths);
        return { ours: rates[depth] ?? [], peer: rates["1"] ?? [] };
      },
    };
  }),
];

async function measureHot(kit: Kit): Promise<Measured & { shares: Sample[] }> {
  const uri = await mongoUri(kit, "contention");
  const shares: Sample[] = [];
  const { one, four } = await alternate({
    one: async () => ({
      value: hotRate(await writeToStore({ uri, count: 1, hot: hotWriters, own: 0 })),
    }),
    four: async () => {
      const together = await writeToStore({ uri, count: processes, hot: hotWriters, own: 0 });
      const total = hotRate(together);
      const ofFair = together.map((appends) => (hotRate([appends]) / total) * processes);
      shares.push({ value: Math.min(...ofFair) });
      return { value: total };
    },
  });
  // Those before were to warm up.
  return { ours: four, peer: one, shares: shares.slice(-four.length) };
}

async function measureOthers(kit: Kit): Promise<Record<"alone" | "busy" | "hot", Sample[]>> {
  const uri = await mongoUri(kit, "contention");
  const both = { uri, count: processes, hot: hotWriters, own: ownWriters };
  return alternate({
    alone: async () => ({ value: p99Of(await writeToStore({ ...both, hot: 0 })) }),
    busy: async () => ({ value: p99Of(await writeToStore({ ...both, isShared: false })) }),
    hot: async () => ({ value: p99Of(await writeToStore(both)) }),
  });
}

/** Measures how many groups a process should write at once. */
async function measureDepths(kit: Kit): Promise<Record<string, Sample[]>> {
  const uri = await mongoUri(kit, "depth");
  const parties = ["1", ...depths].map((depth) => {
    const run = async (): Promise<Sample> => {
      const change = { ...depthSetting, to: `groupsInFlightMax: ${depth}` };
      return { value: ownRate(await writeToStore({ uri, count: 1, hot: 0, own: 512, change })) };
    };
    return [depth, run] as const;
  });
  return alternate(Object.fromEntries(parties));
}

function p99Of(all: readonly Appends[]): number {
  return quantile(
    all.flatMap(({ ownMs }) => ownMs),
    0.99,
  );
}
