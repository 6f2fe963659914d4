import type { Kit } from "./kit.ts";

/** What one short run found. */
export interface Sample {
  value: number;
  /** User and system time of the server process for each operation, in microseconds. */
  cpuUs?: number;
}

/** The same work, done by ChatNest and by a peer in turn: `ours[n]` and `peer[n]` are a pair. */
export interface Measured {
  ours: readonly Sample[];
  peer?: readonly Sample[] | undefined;
}

export interface Limit {
  least?: number;
  most?: number;
}

/** What a row is held to. `ratio` and `cpuRatio` are ChatNest's by the peer's. */
export interface Bar {
  value?: Limit;
  cpuUs?: Limit;
  ratio?: Limit;
  cpuRatio?: Limit;
}

/** A row of the table. */
export interface Row {
  /** Kebab-case. Rows that belong together begin with the same word. */
  name: string;
  title: string;
  /** Of the values, such as `/s` or `ms`. */
  unit: string;
  /** What ChatNest is measured beside. */
  peer?: string;
  bar: Bar;
  /** Whether it is left out of a whole run. */
  isExtra?: boolean;
  measure(kit: Kit): Promise<Measured>;
}
