import { createReadStream } from "node:fs";
import { addAbortSignal } from "node:stream";
import { isStoreError } from "@chatnest/db";
import { untilReadyOrClosed } from "../admin/until-ready.ts";
import { CommandError } from "../command-error.ts";
import { readSettings } from "../env.ts";
import { type OpenedStore, openStore } from "../store.ts";
import { readParts } from "../transfer/file-parts.ts";
import type { HeadLine } from "../transfer/format.ts";
import { type ImportedUnits, importUnits } from "../transfer/import-units.ts";
import { scanExport } from "../transfer/scan.ts";
import { readLines } from "./import/lines.ts";
import { toCount, toDuration, toPrintable } from "./import/words.ts";
import { createStepProgress, type StepProgress } from "./step-progress.ts";

/** Which export to import, and how. */
export interface ImportExportOptions {
  file: string;
  /** All of it. */
  chunks: AsyncIterable<Buffer>;
  /** `undefined` for a pipe. */
  totalBytes: number | undefined;
  /** Whether the whole units of a cut file are wanted. */
  isPartial: boolean;
  json: boolean;
  signal: AbortSignal;
}

const interruptedCode = 130;
const chunkBytes = 256 * 1024;
/** How many differing units are named. */
const namedMax = 20;

/**
 * Imports an export into the store that the settings name. A file is checked before anything is written.
 * @returns the exit code.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or cannot go on.
 */
export async function importExport(options: ImportExportOptions): Promise<number> {
  const { file, totalBytes, json, signal } = options;
  const progress = createStepProgress(process.stderr);
  const counts: ImportedUnits = { written: 0, entries: 0, existing: 0, differing: 0 };
  const startedAt = performance.now();
  let isWhole = false;
  try {
    const chunks = await checked(options, progress);
    await using opened = await open(signal, progress);
    try {
      const parts = readParts(readLines(chunks), () => {
        isWhole = true;
      });
      await importUnits(parts, {
        store: opened.store,
        counts,
        signal,
        onRetry: (reason) => progress.note(`${reason}; trying again`),
        onDiffering: (head, reason) => tellDiffering(head, reason, { counts, progress }),
        onProgress: (done) => progress.update({ text: "bytes", done, total: totalBytes ?? 0 }),
      });
    } finally {
      // Clients must not wait for positions that they know from before.
      if (counts.written > 0) await opened.store.renewEpoch();
    }
  } catch (error) {
    if (!signal.aborted) throw toImportError(error, counts);
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const isCut = !isWhole && !signal.aborted;
  if (isCut) {
    console.error(`chatnest: ${file} is cut off: what is missing was not imported`);
  }
  console.log(json ? JSON.stringify({ ...counts, isWhole, seconds }) : toText(counts, seconds));
  if (signal.aborted) {
    console.error("chatnest: interrupted: run the same import again to continue");
    return interruptedCode;
  }
  return counts.differing > 0 || (isCut && !options.isPartial) ? 1 : 0;
}

/** Checks a file, and returns what is to be imported of it. A pipe is checked while it is imported. */
async function checked(
  { file, chunks, totalBytes, isPartial, signal }: ImportExportOptions,
  progress: StepProgress,
): Promise<AsyncIterable<Buffer>> {
  if (totalBytes === undefined) return chunks;
  progress.update({ text: "checking the file", done: 0, total: 0 });
  const scan = await scanExport(readLines(chunks));
  if (!scan.isWhole && !isPartial) {
    throw new CommandError(
      `${file} is cut off: nothing was imported; --partial imports the conversations that are complete`,
    );
  }
  const end = scan.isWhole ? {} : { end: Math.max(0, scan.end - 1) };
  return addAbortSignal(signal, createReadStream(file, { highWaterMark: chunkBytes, ...end }));
}

async function open(
  signal: AbortSignal,
  progress: StepProgress,
): Promise<OpenedStore & AsyncDisposable> {
  const settings = readSettings();
  if (settings.mongodbUri === undefined && settings.dataFile === ":memory:") {
    throw new CommandError("CHATNEST_DATA=:memory: keeps nothing: an export needs a store");
  }
  let opened: OpenedStore;
  try {
    opened = openStore(settings, { onRetry: ({ message }) => progress.note(message) });
  } catch (error) {
    if (!isStoreError(error, "cannot_open")) throw error;
    const hint = "if a server has it open, stop the server first: an export is imported without it";
    throw new CommandError([error.message, hint], { cause: error });
  }
  await untilReadyOrClosed(opened, signal);
  return { ...opened, [Symbol.asyncDispose]: () => opened.store.close() };
}

function tellDiffering(
  head: HeadLine,
  reason: string,
  { counts, progress }: { counts: ImportedUnits; progress: StepProgress },
): void {
  if (counts.differing > namedMax) return;
  const name = head.type === "notes" ? `the notes of ${head.user_id}` : `conversation ${head.id}`;
  progress.note(`${toPrintable(name)}: ${reason}`);
  if (counts.differing === namedMax) progress.note("further ones are not named");
}

function toText({ written, entries, existing, differing }: ImportedUnits, seconds: number): string {
  return [
    `${toCount(written)} conversations and logs of notes with ${toCount(entries)} entries imported in ${toDuration(seconds)}`,
    `${toCount(existing)} already there`,
    `${toCount(differing)} left as they are, since they differ`,
  ].join(", ");
}

function toImportError(error: unknown, { written }: ImportedUnits): unknown {
  if (!(error instanceof CommandError || isStoreError(error)) || written === 0) return error;
  const text = `${error.message}; what was imported is kept: run the import again to continue`;
  return new CommandError(text, { cause: error });
}
