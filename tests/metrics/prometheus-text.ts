/** A series and its value. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A metric with all its series. */
export interface ParsedFamily {
  name: string;
  help: string;
  type: string;
  series: Series[];
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const samplePattern = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/y;

/**
 * Parses the text format of Prometheus, version 0.0.4, and is stricter than that: each metric needs its help, its type and its
 * series in one place, each series is there once, counters end in `_total`, and histograms are complete.
 */
export function parsePrometheus(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let family: ParsedFamily | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (!namePattern.test(name) || families.has(name)) throw new Error(`wrong place: ${line}`);
      family = { name, help: rest, type: "", series: [] };
      families.set(name, family);
    } else if (kind === "TYPE") {
      if (family?.name !== name || family.type !== "") throw new Error(`wrong place: ${line}`);
      if (!["counter", "gauge", "histogram"].includes(rest)) throw new Error(`no type: ${line}`);
      family.type = rest;
    } else {
      const series = parseSample(line);
      const key = JSON.stringify([series.name, Object.entries(series.labels).sort()]);
      if (!family || family.type === "" || !isOf(family, series)) throw new Error(`alone: ${line}`);
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      family.series.push(series);
    }
  }
  for (const parsed of families.values()) checkFamily(parsed);
  return families;
}

function parseSample(line: string): Series {
  const [, name = "", labelText = "", number = ""] = samplePattern.exec(line) ?? [];
  if (!namePattern.test(name)) throw new Error(`not a sample: ${line}`);
  const value = number === "+Inf" ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, labels: parseLabels(labelText, line), value };
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const [, name, value] = labelPattern.exec(text) ?? [];
    if (name === undefined || value === undefined || name in labels) {
      throw new Error(`wrong labels: ${line}`);
    }
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
  }
  return labels;
}

function isOf({ name, type }: ParsedFamily, series: Series): boolean {
  if (type !== "histogram") return series.name === name;
  if (series.name === `${name}_bucket`) return "le" in series.labels;
  return [`${name}_sum`, `${name}_count`].includes(series.name);
}

function checkFamily({ name, type, series }: ParsedFamily): void {
  if (type === "") throw new Error(`${name} has no type`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`${name} needs _total`);
  if (type !== "gauge" && series.some(({ value }) => value < 0)) throw new Error(`${name} < 0`);
  if (type !== "histogram") return;
  const byLabels = Map.groupBy(series, ({ labels: { le: _, ...labels } }) =>
    JSON.stringify(Object.entries(labels).sort()),
  );
  for (const parts of byLabels.values()) checkHistogram(name, parts);
}

function checkHistogram(name: string, parts: readonly Series[]): void {
  const buckets = parts.filter((part) => part.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) =>
    labels["le"] === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels["le"]),
  );
  const counts = buckets.map(({ value }) => value);
  const isAscending = (numbers: number[]) =>
    numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));
  const count = parts.find((part) => part.name === `${name}_count`)?.value;
  const hasSum = parts.some((part) => part.name === `${name}_sum`);
  const isComplete = bounds.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === count;
  if (!isComplete || !hasSum || !isAscending(bounds) || !isAscending(counts)) {
    throw new Error(`${name} is no complete histogram: ${JSON.stringify(parts)}`);
  }
}
