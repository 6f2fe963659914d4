import { median } from "../quantile.ts";
import type { Bar, Limit, Measured } from "../row.ts";

/** A number, and the least and the greatest it was made of. */
interface Spread {
  median: number;
  least: number;
  most: number;
}

/** What the runs of a row come to. */
export interface Findings {
  value: number;
  peerValue: number | undefined;
  /** Of ChatNest's value by its peer's, over the pairs. */
  ratio: Spread | undefined;
  cpuUs: number | undefined;
  peerCpuUs: number | undefined;
  cpuRatio: number | undefined;
}

export type Verdict = "pass" | "short" | "no bar";

/** Sums up the runs of a row. */
export function toFindings({ ours, peer }: Measured): Findings {
  const cpus = ours.flatMap(({ cpuUs }) => cpuUs ?? []);
  const peerCpus = peer?.flatMap(({ cpuUs }) => cpuUs ?? []) ?? [];
  const ratios = peer?.map(({ value }, n) => (ours[n]?.value ?? Number.NaN) / value);
  return {
    value: median(ours.map(({ value }) => value)),
    peerValue: peer && median(peer.map(({ value }) => value)),
    ratio: ratios && toSpread(ratios),
    cpuUs: cpus.length > 0 ? median(cpus) : undefined,
    peerCpuUs: peerCpus.length > 0 ? median(peerCpus) : undefined,
    cpuRatio:
      cpus.length > 0 && cpus.length === peerCpus.length
        ? median(cpus.map((cpu, n) => cpu / (peerCpus[n] ?? Number.NaN)))
        : undefined,
  };
}

/** Tells whether a row meets every limit of its bar. What was not measured meets none. */
export function judge(findings: Findings, bar: Bar): Verdict {
  const held: [Limit | undefined, number | undefined][] = [
    [bar.value, findings.value],
    [bar.cpuUs, findings.cpuUs],
    [bar.ratio, findings.ratio?.median],
    [bar.cpuRatio, findings.cpuRatio],
  ];
  const limits = held.filter(([limit]) => limit !== undefined);
  if (limits.length === 0) return "no bar";
  return limits.every(([limit, value]) => isWithin(value, limit)) ? "pass" : "short";
}

function isWithin(value: number | undefined, { least, most }: Limit = {}): boolean {
  return value !== undefined && value >= (least ?? -Infinity) && value <= (most ?? Infinity);
}

function toSpread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
