import type { Bar, Limit, Measured, Row } from "../row.ts";
import { type Findings, judge, toFindings, type Verdict } from "./verdict.ts";

/** What became of a row. */
export interface Result {
  row: Row;
  outcome: { measured: Measured } | { notRun: string };
}

export const tableHead = [
  "row",
  "work",
  "ChatNest",
  "peer",
  "ratio (spread)",
  "CPU us/op",
  "bar",
  "",
] as const;

/** Tells what a row came to. */
export function verdictOf({ row, outcome }: Result): Verdict | "not run" {
  return "notRun" in outcome ? "not run" : judge(toFindings(outcome.measured), row.bar);
}

/** Makes the cells of a row: one for each of {@link tableHead}. */
export function toCells(result: Result): string[] {
  const { row, outcome } = result;
  const bar = toBarText(row.bar);
  if ("notRun" in outcome) {
    return [row.name, row.title, "", row.peer ?? "", "", "", bar, `not run: ${outcome.notRun}`];
  }
  const findings = toFindings(outcome.measured);
  return [
    row.name,
    row.title,
    `${toShort(findings.value)} ${row.unit}`,
    row.peer === undefined ? "" : `${toShort(findings.peerValue ?? Number.NaN)}, ${row.peer}`,
    toRatioText(findings),
    toCpuText(findings),
    bar,
    verdictOf(result),
  ];
}

/** Makes a table for a terminal. */
export function toText(rows: readonly (readonly string[])[]): string {
  return toColumns(rows, 0)
    .map((cells) => cells.join("  ").trimEnd())
    .join("\n");
}

/** Makes a table of Markdown, formatted as the linter wants it; the first row is its head. */
export function toMarkdown(rows: readonly (readonly string[])[]): string {
  // A delimiter has at least three dashes.
  const [head = [], ...body] = toColumns(rows, 3);
  const delimiter = head.map(({ length }) => "-".repeat(length));
  return [head, delimiter, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Makes the cells of each column equally wide. */
function toColumns(rows: readonly (readonly string[])[], widthMin: number): string[][] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(widthMin, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
}

/** Three digits are enough. */
export function toShort(value: number): string {
  if (!Number.isFinite(value)) return "?";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

function toRatioText({ ratio }: Findings): string {
  if (!ratio) return "";
  return `${toShort(ratio.median)} (${toShort(ratio.least)} to ${toShort(ratio.most)})`;
}

function toCpuText({ cpuUs, peerCpuUs, cpuRatio }: Findings): string {
  if (cpuUs === undefined) return "";
  const peer = peerCpuUs === undefined ? "" : ` / ${toShort(peerCpuUs)}`;
  return toShort(cpuUs) + peer + (cpuRatio === undefined ? "" : ` = ${toShort(cpuRatio)}`);
}

function toBarText({ value, cpuUs, ratio, cpuRatio }: Bar): string {
  return [
    toLimitText(value),
    toLimitText(ratio, " x"),
    toLimitText(cpuUs, " us"),
    toLimitText(cpuRatio, " x CPU"),
  ]
    .filter((text) => text !== "")
    .join(", ");
}

function toLimitText({ least, most }: Limit = {}, unit = ""): string {
  if (least !== undefined) return `>= ${toShort(least)}${unit}`;
  return most === undefined ? "" : `<= ${toShort(most)}${unit}`;
}
