import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "../support/until.ts";
import type { Cluster } from "./cluster.ts";
import { startFollowers } from "./followers.ts";
import type { Ledger } from "./ledger.ts";
import { checkIsKept, judge, readHistories, type Verdict } from "./oracle.ts";
import { startReaders } from "./readers.ts";
import { type Load, startLoad } from "./writers.ts";

/** A fault, and what may be expected of the service meanwhile. */
export interface Fault {
  name: string;
  /** Makes it happen, and returns when it has lasted long enough; what it broke is mended after it. */
  happen(cluster: Cluster, load: Load): Promise<void>;
  /** The instances that still run afterwards. @default all */
  urlsLeft?(cluster: Cluster): readonly string[];
  /** How long a writer may wait for an acknowledgement, in ms. @default 15000 */
  stallMsMax?: number;
}

const warmUpMs = 500;
const resumeMsMax = 10_000;
const acknowledgementsAfter = 5;

/** Makes a fault happen under load, mends it, and checks that nothing was lost, doubled, moved or kept waiting. */
export async function runFault(cluster: Cluster, fault: Fault): Promise<Ledger> {
  await cluster.set.settled();
  const load = startLoad(cluster.urls);
  const { ledger } = load;
  const readers = startReaders(cluster.urls, load.conversations, ledger);
  await using followers = startFollowers(cluster.urls, load.conversations);
  let mendedAt = 0;
  try {
    await until(() => ledger.isServing(0, 10), {
      timeoutMs: 20_000,
      what: "every writer writes before the fault",
    });
    await delay(warmUpMs);
    await fault.happen(cluster, load);
  } finally {
    await cluster.set.heal();
    mendedAt = performance.now();
    const isServing = () => ledger.isServing(mendedAt, acknowledgementsAfter);
    await until(isServing, { timeoutMs: 30_000, what: "the service resumed" }).catch(() => {});
    await load.stop();
    await readers.stop();
  }
  const urls = fault.urlsLeft?.(cluster) ?? cluster.urls;
  const histories = await readHistories(urls, load);
  const verdict = judge(histories, ledger);
  printLine(fault.name, ledger, verdict);
  const complaints = cluster.servers.flatMap((server) => server.complaints.slice(-5));
  expect(ledger.wrongs.slice(0, 10), complaints.join("\n")).toEqual([]);
  expect(verdict).toEqual({ lost: [], doubled: [] });
  checkIsKept(histories, [...readers.seen, ...followers.seen]);
  await followers.finish(histories);
  expect(ledger.resumedAfterMs(mendedAt), "resumed within 10 s").toBeLessThan(resumeMsMax);
  expect(ledger.longestWriterStallMs()).toBeLessThan(fault.stallMsMax ?? 15_000);
  return ledger;
}

/** Prints one line of figures of a test. */
export function printLine(name: string, ledger: Ledger, { lost, doubled }: Verdict): void {
  const reasons = [...ledger.unknownReasons].map(([reason, count]) => `${reason} x${count}`);
  const figures = [
    `sends tried ${ledger.tries}`,
    `acknowledged ${ledger.acknowledged.size}`,
    `unknown ${ledger.unknown}${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`,
    `lost ${lost.length}`,
    `doubled ${doubled.length}`,
    `longest stall ${Math.round(ledger.longestStallMs())} ms (one writer ${Math.round(ledger.longestWriterStallMs())} ms)`,
    `longest request ${Math.round(ledger.longestRequestMs)} ms`,
  ];
  process.stdout.write(`FAULT ${name}: ${figures.join(", ")}\n`);
}
