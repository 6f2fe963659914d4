import { createHash, type Hash } from "node:crypto";
import type { StoredEntry, StoredMember } from "@chatnest/db";
import type { Line } from "../cli/import/lines.ts";
import { CommandError } from "../command-error.ts";
import type { EndLine, EntryFields, HeadLine, MemberFields, Totals } from "./format.ts";
import { checkHeader, parseExportLine } from "./parse-line.ts";
import { checkEnd, checkTotals, count } from "./scan.ts";

/** A part of a unit of an export. Members are in the first parts, before all entries. */
export interface FilePart {
  head: HeadLine;
  isFirst: boolean;
  members: StoredMember[];
  entries: StoredEntry[];
  /** All its lines, without their ends. */
  lines: string[];
  /** In the last part of the unit, whose checksum is right. */
  end?: EndLine;
  /** Up to where in the file, in bytes. */
  fileEnd: number;
}

/** How many lines and bytes a part has at most, about. */
const linesMax = 500;
const bytesMax = 2 * 1024 * 1024;
const newline = Buffer.from("\n");

/**
 * Reads an export in parts, and checks its checksums and counts.
 * @param onWhole is called when its last line was read.
 * @throws CommandError where it is damaged. A unit that is cut off has no last part.
 */
export async function* readParts(
  lines: AsyncIterable<Line>,
  onWhole: (totals: Totals) => void,
): AsyncGenerator<FilePart> {
  const hash = createHash("sha256");
  const totals: Totals = { conversations: 0, notes: 0, members: 0, entries: 0 };
  let unit: { head: HeadLine; hash: Hash; members: number; entries: number } | undefined;
  let part: FilePart | undefined;
  let partBytes = 0;
  let isEnded = false;

  for await (const { number, bytes, end } of lines) {
    if (bytes === null) throw new CommandError(`line ${number}: too long: the file is damaged`);
    if (number === 1) {
      checkHeader(bytes);
      continue;
    }
    const line = parseExportLine(bytes, number);
    if (isEnded || (line.type === "total" && unit)) throw misplaced(number);
    if (line.type === "total") {
      checkTotals(line, { totals, hash }, number);
      isEnded = true;
      onWhole(totals);
      continue;
    }
    hash.update(bytes).update(newline);
    if (line.type === "conversation" || line.type === "notes") {
      if (unit) throw misplaced(number);
      unit = { head: line, hash: createHash("sha256"), members: 0, entries: 0 };
      part = newPart(line, true);
      partBytes = 0;
    }
    if (!unit || !part) throw misplaced(number);
    part.lines.push(bytes.toString());
    part.fileEnd = end;
    partBytes += bytes.length;
    if (line.type === "end") {
      checkEnd(line, unit.hash, number);
      if (line.members !== unit.members || line.entries !== unit.entries) throw misplaced(number);
      count(totals, unit.head, line);
      yield { ...part, end: line };
      unit = undefined;
      part = undefined;
      continue;
    }
    unit.hash.update(bytes).update(newline);
    if (line.type === "member") {
      if (unit.head.type === "notes" || unit.entries > 0) throw misplaced(number);
      unit.members++;
      part.members.push(toMember(line));
    }
    if (line.type === "entry") {
      unit.entries++;
      if (line.seq !== unit.entries) throw misplaced(number);
      part.entries.push(toEntry(line, unit.head));
    }
    if (part.lines.length < linesMax && partBytes < bytesMax) continue;
    yield part;
    part = newPart(unit.head, false);
    partBytes = 0;
  }
}

function newPart(head: HeadLine, isFirst: boolean): FilePart {
  return { head, isFirst, members: [], entries: [], lines: [], fileEnd: 0 };
}

function toMember({ type: _, ...member }: { type: "member" } & MemberFields): StoredMember {
  return { revision: 0, muted_until: null, pinned: false, archived_seq: null, ...member };
}

function toEntry({ type: _, ...entry }: { type: "entry" } & EntryFields, head: HeadLine) {
  const conversation_id = head.type === "notes" ? null : head.id;
  return { ...entry, conversation_id } as StoredEntry;
}

function misplaced(number: number): CommandError {
  return new CommandError(`line ${number}: not what can follow here: the file is damaged`);
}
