import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { readLines } from "../cli/import/lines.ts";
import { CommandError } from "../command-error.ts";
import { type Totals, toHeaderLine, toTotalLine } from "./format.ts";
import type { UnitPlace } from "./read-units.ts";
import { scanExport } from "./scan.ts";

/** Where an export is written to. */
export interface ExportOutput {
  /** The last unit that is in it already, and how much it holds. */
  after: UnitPlace | undefined;
  totals: Totals;
  /** Writes lines of units. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Writes the last line, and gives the file its name. */
  finish(totals: Totals): Promise<void>;
  /** What was written stays. A file without a unit is removed. */
  close(): Promise<void>;
}

const nothing: Totals = { conversations: 0, notes: 0, members: 0, entries: 0 };

/** Names the file in which an export is until it is complete. */
export function partialOf(file: string): string {
  return `${file}.partial`;
}

/** Opens standard output for an export. */
export async function openStandardOutput(): Promise<ExportOutput> {
  const out = process.stdout;
  const hash = createHash("sha256");
  async function write(bytes: Uint8Array | string): Promise<void> {
    if (!out.write(bytes)) await once(out, "drain");
  }
  await write(toHeaderLine(new Date()));
  return {
    after: undefined,
    totals: nothing,
    async write(bytes) {
      hash.update(bytes);
      await write(bytes);
    },
    finish: (totals) => write(toTotalLine(totals, hash.digest("hex"))),
    close: async () => {},
  };
}

/**
 * Opens a file for an export, beside its name. It gets the name when it is complete and on the disk.
 * @param isResumed goes on behind the last whole unit of what an interrupted export left.
 * @throws CommandError when the file cannot be written, or what is in it is damaged.
 */
export async function openExportFile(file: string, isResumed: boolean): Promise<ExportOutput> {
  const partial = partialOf(file);
  const begun = isResumed ? await openBegun(partial) : undefined;
  const { handle, hash, after, totals } = begun ?? (await openNew(partial));
  let isOpen = true;
  let isEmpty = after === undefined;

  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
    if (isEmpty) await rm(partial, { force: true });
  }

  return {
    after,
    totals,
    async write(bytes) {
      isEmpty = false;
      hash.update(bytes);
      await handle.appendFile(bytes);
    },
    async finish(all) {
      isEmpty = false;
      await handle.appendFile(toTotalLine(all, hash.digest("hex")));
      await handle.sync();
      await close();
      await rename(partial, file);
    },
    close,
  };
}

interface Begun extends Pick<ExportOutput, "after" | "totals"> {
  handle: FileHandle;
  hash: Hash;
}

async function openNew(partial: string): Promise<Begun> {
  // Nobody else may read what was said.
  const handle = await open(partial, "w", 0o600);
  await handle.appendFile(toHeaderLine(new Date()));
  return { handle, hash: createHash("sha256"), after: undefined, totals: nothing };
}

async function openBegun(partial: string): Promise<Begun | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(partial, "r+");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const scan = await scanExport(
      readLines(handle.createReadStream({ autoClose: false, start: 0 })),
    );
    if (scan.end === 0) throw new CommandError("it is empty");
    await handle.truncate(scan.end);
    await handle.close();
    const { hash, last: after, totals } = scan;
    return { handle: await open(partial, "a"), hash, after, totals };
  } catch (error) {
    await handle.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot go on with ${partial}: ${reason}`, { cause: error });
  }
}
