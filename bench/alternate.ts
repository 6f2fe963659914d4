import type { Sample } from "./row.ts";

/** How many pairs a row has. */
export const pairs = 5;

/** How to alternate. */
export interface AlternateOptions {
  /** @default 5 */
  rounds?: number;
  /** Runs of each that are not counted: the first ones compile what the others run. @default 1 */
  warmUps?: number;
}

/**
 * Measures each party once a round, so that a busy machine is as busy for all. Every other round goes backwards, so that
 * nobody always comes first.
 */
export async function alternate<TName extends string, TSample extends Sample>(
  parties: Record<TName, () => Promise<TSample>>,
  { rounds = pairs, warmUps = 1 }: AlternateOptions = {},
): Promise<Record<TName, TSample[]>> {
  const names = Object.keys(parties) as TName[];
  const samples = Object.fromEntries(names.map((name): [string, TSample[]] => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await parties[name]();
      if (round >= 0) samples[name]?.push(sample);
    }
  }
  return samples as Record<TName, TSample[]>;
}
