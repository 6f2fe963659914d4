import { type ParsedFamily, parsePrometheus, type Series } from "./prometheus-text.ts";

/** The metrics of a server at a moment. */
export class Scrape {
  readonly families: Map<string, ParsedFamily>;

  constructor(text: string) {
    this.families = parsePrometheus(text);
  }

  /** All series, the parts of histograms too. */
  get series(): Series[] {
    return [...this.families.values()].flatMap(({ series }) => series);
  }

  /** Adds up the series of a name that have some labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.find(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  /** Finds the series of a name that have some labels. */
  find(name: string, labels: Record<string, string> = {}): Series[] {
    const wanted = Object.entries(labels);
    return this.series.filter(
      (series) =>
        series.name === name && wanted.every(([label, value]) => series.labels[label] === value),
    );
  }
}

/** Reads the metrics of a server. */
export async function scrape({ url }: { url: string }): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return new Scrape(text);
}

/** Sends a message and returns the status. */
export async function send({ url }: { url: string }, message: object): Promise<number> {
  const response = await fetch(`${url}/messages/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
  });
  await response.arrayBuffer();
  return response.status;
}
