import { measureCosts } from "./costs/index.ts";
import { drawGrowth } from "./growth/index.ts";
import { Kit } from "./kit.ts";
import { MissingError } from "./missing.ts";
import { describeMachine } from "./report/machine.ts";
import { writeSection } from "./report/page.ts";
import { type Result, tableHead, toCells, toMarkdown, toText, verdictOf } from "./report/table.ts";
import type { Row } from "./row.ts";
import { rows } from "./rows/index.ts";

/** What is asked for. */
export interface Asked {
  /** Names of rows or the beginnings of several, or of one of the other tasks; all rows when there are none. */
  names: readonly string[];
  /** Whether docs/performance.md gets what was measured. */
  writes: boolean;
}

/** What can be asked for beside rows. Neither belongs to a whole run. */
const others = {
  costs: "what each promise costs",
  growth: "how cost grows: draws docs/performance/growth-*.svg (10 minutes)",
} as const;

/** Measures what is asked for and prints it; returns the exit code. */
export async function run({ names, writes }: Asked): Promise<number> {
  const unknown = names.filter((name) => !isOther(name) && rowsNamed(name).length === 0);
  if (unknown.length > 0) {
    console.error(`There is no row ${unknown.join(", ")}. These are the rows:\n${listRows()}`);
    return 2;
  }
  const isWhole = names.length === 0;
  if (writes && !isWhole && !names.every(isOther)) {
    console.error("Only a whole run is written: rows are compared with each other.");
    return 2;
  }
  await using kit = new Kit();
  stopOnSignals(kit);
  if (names.includes("costs")) await printCosts(kit, writes);
  const isDrawn = !names.includes("growth") || (await drawGrowth(kit));
  const chosen = isWhole ? rows.filter(({ isExtra }) => !isExtra) : names.flatMap(rowsNamed);
  if (chosen.length === 0) return isDrawn ? 0 : 1;
  const results = await measureAll(chosen, kit);
  const table = [tableHead, ...results.map(toCells)];
  console.log(toText(table));
  if (writes) await writeSection("table", `${await describeMachine()}\n\n${toMarkdown(table)}`);
  return results.some(isMissed) || !isDrawn ? 1 : 0;
}

async function printCosts(kit: Kit, writes: boolean): Promise<void> {
  const costs = await measureCosts(kit);
  console.log(toText(costs));
  if (writes) await writeSection("costs", `${await describeMachine()}\n\n${toMarkdown(costs)}`);
}

async function measureAll(chosen: readonly Row[], kit: Kit): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of chosen) {
    const startedAt = performance.now();
    const result = { row, outcome: await measure(row, kit) };
    results.push(result);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const place = `${results.length}/${chosen.length}, ${seconds} s:`;
    console.error(place, toCells(result).filter(Boolean).join(" | "));
  }
  return results;
}

async function measure(row: Row, kit: Kit): Promise<Result["outcome"]> {
  try {
    return { measured: await row.measure(kit) };
  } catch (error) {
    if (!(error instanceof MissingError)) console.error(error);
    return { notRun: error instanceof Error ? error.message : String(error) };
  }
}

// Servers end with this process; databases and folders do not.
function stopOnSignals(kit: Kit): void {
  const stop = () => void kit[Symbol.asyncDispose]().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
}

function isOther(name: string): boolean {
  return Object.hasOwn(others, name);
}

/** The row of a name, else the rows whose names begin with it. */
function rowsNamed(asked: string): Row[] {
  const named = rows.filter(({ name }) => name === asked);
  return named.length > 0 ? named : rows.filter(({ name }) => name.startsWith(`${asked}-`));
}

function isMissed(result: Result): boolean {
  return ["short", "not run"].includes(verdictOf(result));
}

function listRows(): string {
  const all = [...rows.map(({ name, title }) => [name, title] as const), ...Object.entries(others)];
  return all.map(([name, title]) => `  ${name.padEnd(26)} ${title}`).join("\n");
}
