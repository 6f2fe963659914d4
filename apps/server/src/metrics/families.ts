/** A value as the Prometheus client exchanges it between processes. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
  /** The name with its suffix, for the parts of a histogram. */
  metricName?: string;
}

/** The values of a metric at a moment. It is plain JSON, so that one process can send it to another. */
export interface Snapshot {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  /** How the values of several processes become one. */
  aggregator: "sum" | "first";
  /** Whether the values of each process are shown by themselves, with a label `process`. */
  isPerProcess?: boolean;
  values: Sample[];
}

/** A metric with all its label values. */
export interface Family {
  read(): Snapshot;
}

/** The name of a metric, and what it says. */
export interface About {
  name: string;
  help: string;
}

/** A number that only grows. */
export class Counter {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/**
 * Counters with labels. Children are created once and kept by those who count, so that counting builds no text and looks
 * nothing up: the client's own children build a key at every call, which costs 500 ns.
 */
export class CounterFamily implements Family {
  readonly #about: About;
  readonly #children: { labels: Sample["labels"]; counter: Counter }[] = [];

  constructor(about: About) {
    this.#about = about;
  }

  /** Creates the counter of some label values, which must be new. */
  child(labels: Sample["labels"] = {}): Counter {
    const counter = new Counter();
    this.#children.push({ labels, counter });
    return counter;
  }

  read(): Snapshot {
    const values = this.#children.map(({ labels, counter }) => ({ labels, value: counter.value }));
    return { ...this.#about, type: "counter", aggregator: "sum", values };
  }
}

/** The name of a metric that is read when it is asked for, and how. @default a gauge, summed over all processes */
type AboutRead = About & Partial<Pick<Snapshot, "aggregator" | "type" | "isPerProcess">>;

/** Creates a metric that is read when it is asked for. */
export function createReading(about: AboutRead, read: () => Sample[]): Family {
  return { read: () => ({ type: "gauge", aggregator: "sum", ...about, values: read() }) };
}
