import { readTimeoutMs } from "../../deadlines.ts";
import type { Connection } from "./connection.ts";

// After these days there are no more fixes: https://www.mongodb.com/legal/support-policy/lifecycles
const endsOfLife: Readonly<Record<string, string>> = {
  "4.2": "2023-04-30",
  "4.4": "2024-02-29",
  "5.0": "2024-10-31",
  "6.0": "2025-07-31",
  "7.0": "2027-08-31",
  "8.0": "2029-10-31",
  "8.1": "2025-09-30",
  "8.2": "2026-07-31",
};

/** A hole, and the first patch of each series without it; a series that is not named never had it, or was never mended. */
interface Hole {
  text: string;
  from: Readonly<Record<string, number>>;
  mendedIn: Readonly<Record<string, number>>;
}

const holes: readonly Hole[] = [
  {
    // Clients need no password for it. https://jira.mongodb.org/browse/SERVER-115508
    text: "whoever reaches its port can read its memory (CVE-2025-14847)",
    from: {},
    mendedIn: { "4.4": 30, "5.0": 32, "6.0": 27, "7.0": 28, "8.0": 17, "8.2": 3 },
  },
  {
    // https://jira.mongodb.org/browse/WT-7995 and WT-7984: checkpoints without some of what was written before.
    text: "after a crash, acknowledged messages can be missing (WT-7995, WT-7984)",
    from: { "4.4": 2 },
    mendedIn: { "4.4": 9, "5.0": 3 },
  },
];

/**
 * Lists the known holes of a MongoDB that matter to a chat store, a phrase each.
 * @param version as `buildInfo` has it: `8.0.17`, or `8.0.17-9` of a distribution.
 */
export function findKnownHoles(version: string, today: Date): string[] {
  const [, series = "", patch = "0"] = /^(\d+\.\d+)\.(\d+)/.exec(version) ?? [];
  if (series === "") return [];
  const found = holes
    .filter(({ from, mendedIn }) => {
      const mended = mendedIn[series];
      return mended !== undefined && Number(patch) >= (from[series] ?? 0) && Number(patch) < mended;
    })
    .map(({ text }) => text);
  const end = endsOfLife[series];
  if (end !== undefined && new Date(`${end}T23:59:59Z`) < today) {
    found.push(`it gets no more fixes since ${end}`);
  }
  return found;
}

/** Reads the version of the server; a router has that of its cluster, or a newer one. */
export async function readServerVersion({ db }: Pick<Connection, "db">): Promise<string> {
  const { version } = await db.command({ buildInfo: 1, maxTimeMS: readTimeoutMs });
  return String(version);
}
