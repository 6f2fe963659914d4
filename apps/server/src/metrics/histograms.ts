import type { About, Family, Sample, Snapshot } from "./families.ts";

/** Upper bounds of the buckets of times, in seconds. */
const timeBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Counts values by size. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** The number of values in each bucket alone; the last one has those beyond all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: Float64Array) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** Returns the samples of this histogram: its buckets, its sum and its count. */
  read(name: string, labels: Sample["labels"]): Sample[] {
    let count = 0;
    const samples = [...this.#counts].map((inBucket, index): Sample => {
      count += inBucket;
      const le = String(this.#bounds[index] ?? "+Inf");
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    samples.push(
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    );
    return samples;
  }
}

/** Histograms with labels. As with counters, children are created once and kept. */
export class HistogramFamily implements Family {
  readonly #about: About;
  readonly #bounds: Float64Array;
  readonly #children: { labels: Sample["labels"]; histogram: Histogram }[] = [];

  constructor(about: About, bounds: readonly number[] = timeBuckets) {
    this.#about = about;
    this.#bounds = Float64Array.from(bounds);
  }

  /** Creates the histogram of some label values, which must be new. */
  child(labels: Sample["labels"] = {}): Histogram {
    const histogram = new Histogram(this.#bounds);
    this.#children.push({ labels, histogram });
    return histogram;
  }

  read(): Snapshot {
    const { name } = this.#about;
    const values = this.#children.flatMap(({ labels, histogram }) => histogram.read(name, labels));
    return { ...this.#about, type: "histogram", aggregator: "sum", values };
  }
}
