import { createHash, type Hash } from "node:crypto";
import type { Line } from "../cli/import/lines.ts";
import { CommandError } from "../command-error.ts";
import type { EndLine, HeadLine, TotalLine, Totals } from "./format.ts";
import { checkHeader, parseExportLine } from "./parse-line.ts";
import type { UnitPlace } from "./read-units.ts";

/** What was found in a file. */
export interface Scan {
  /** How much its whole units hold. */
  totals: Totals;
  /** Whether its last line is there, so that nothing was cut off. */
  isWhole: boolean;
  /** Where its last whole unit ends, in bytes; 0 when not even its first line is there. */
  end: number;
  /** Its last whole unit. */
  last: UnitPlace | undefined;
  /** Of all bytes behind the first line, up to `end`. */
  hash: Hash;
}

const newline = Buffer.from("\n");
// Only these lines are parsed: all others are only hashed.
const told = ["conversation", "notes", "end", "total"].map((type) => `{"type":"${type}",`);

/**
 * Passes over an export and checks its checksums and counts.
 * @throws CommandError where it is damaged.
 */
export async function scanExport(lines: AsyncIterable<Line>): Promise<Scan> {
  const scan: Scan = { ...nothing(), hash: createHash("sha256") };
  let hash = createHash("sha256");
  let unit: { head: HeadLine; hash: Hash } | undefined;
  for await (const { number, bytes, end } of lines) {
    if (bytes === null) throw new CommandError(`line ${number}: too long: the file is damaged`);
    if (number === 1) {
      checkHeader(bytes);
      scan.end = end;
      continue;
    }
    if (scan.isWhole) throw new CommandError(`line ${number}: behind the end of the export`);
    const isTold = told.some((start) => bytes.toString("latin1", 0, start.length) === start);
    const line = isTold ? tryParse(bytes, number) : undefined;
    // The last line of a cut file.
    if (line === "cut") break;
    if (line?.type === "total") {
      checkTotals(line, { ...scan, hash }, number);
      scan.isWhole = true;
      continue;
    }
    hash.update(bytes).update(newline);
    if (line?.type === "conversation" || line?.type === "notes") {
      unit = { head: line, hash: createHash("sha256") };
    }
    if (!unit) throw new CommandError(`line ${number}: in no conversation: the file is damaged`);
    if (line?.type !== "end") {
      unit.hash.update(bytes).update(newline);
      continue;
    }
    checkEnd(line, unit.hash, number);
    count(scan.totals, unit.head, line);
    scan.last = placeOf(unit.head);
    scan.end = end;
    scan.hash = hash;
    hash = hash.copy();
    unit = undefined;
  }
  return scan;
}

/** Names the place of a unit. */
function placeOf(head: HeadLine): UnitPlace {
  return { type: head.type, id: head.type === "notes" ? head.user_id : head.id };
}

/** Adds a unit to totals. */
export function count(totals: Totals, head: HeadLine, end: EndLine): void {
  if (head.type === "notes") totals.notes++;
  else totals.conversations++;
  totals.members += end.members;
  totals.entries += end.entries;
}

function nothing(): Omit<Scan, "hash"> {
  const totals = { conversations: 0, notes: 0, members: 0, entries: 0 };
  return { totals, isWhole: false, end: 0, last: undefined };
}

// What cannot be parsed may be cut off; if it is not the last line, what follows is damaged, too, or lacks its unit.
function tryParse(bytes: Buffer, number: number) {
  try {
    return parseExportLine(bytes, number);
  } catch {
    return "cut" as const;
  }
}

/** @throws CommandError when a unit does not have its checksum. */
export function checkEnd({ sha256 }: EndLine, hash: Hash, number: number): void {
  if (hash.digest("hex") !== sha256) {
    throw new CommandError(
      `line ${number}: the lines before it do not have its checksum: the file is damaged`,
    );
  }
}

/** @throws CommandError when an export does not have its counts or its checksum. */
export function checkTotals(
  line: TotalLine,
  { totals, hash }: Pick<Scan, "totals" | "hash">,
  number: number,
): void {
  const { conversations, notes, members, entries } = totals;
  const isRight =
    line.conversations === conversations &&
    line.notes === notes &&
    line.members === members &&
    line.entries === entries &&
    line.sha256 === hash.digest("hex");
  if (!isRight) {
    throw new CommandError(
      `line ${number}: the file does not have its counts and checksum: it is damaged`,
    );
  }
}
