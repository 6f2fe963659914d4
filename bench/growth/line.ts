import { median } from "../quantile.ts";
import type { Sample } from "../row.ts";

const rounds = 3;

/** A point of a line. */
export type Point = readonly [x: number, y: number];

/** Measures the CPU time of an operation some times, after a run that only warms up. */
export async function cpuOf(measure: () => Promise<Sample>): Promise<number> {
  await measure();
  const found: number[] = [];
  for (let n = 0; n < rounds; n++) found.push((await measure()).cpuUs ?? Number.NaN);
  return median(found);
}
