/** One line of the report: what ChatNest did, what its peer did in the same run, and what it is held to. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it is measured beside. */
  peer?: { name: string; value: number };
  /** `of: "ratio"` is about value / peer. */
  bar?: { of: "value" | "ratio"; least?: number; most?: number };
}

/** Prints figures as a table, and answers with how many miss their bar. */
export function printFigures(title: string, figures: readonly Figure[]): number {
  const lines = [["", "ChatNest", "peer", "ratio", "bar", ""], ...figures.map(toCells)];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  console.log(`\n${title}`);
  for (const cells of lines) {
    console.log(cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("  "));
  }
  return figures.filter((figure) => isMet(figure) === false).length;
}

/** Picks the value below which a share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function toCells(figure: Figure): string[] {
  const { name, value, unit, peer } = figure;
  const met = isMet(figure);
  return [
    name,
    `${toShort(value)} ${unit}`,
    peer ? `${toShort(peer.value)} ${peer.name}` : "",
    peer ? toShort(value / peer.value) : "",
    toBarText(figure),
    met === undefined ? "" : met ? "ok" : "MISSED",
  ];
}

function isMet({ value, peer, bar }: Figure): boolean | undefined {
  if (!bar) return undefined;
  const measured = bar.of === "value" ? value : value / (peer?.value ?? Number.NaN);
  return measured >= (bar.least ?? -Infinity) && measured <= (bar.most ?? Infinity);
}

function toBarText({ bar }: Figure): string {
  if (!bar) return "";
  const limit = bar.least === undefined ? `<= ${bar.most}` : `>= ${bar.least}`;
  return bar.of === "ratio" ? `${limit} x` : limit;
}

function toShort(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
