import { CommandError } from "../command-error.ts";
import { isExport } from "../transfer/parse-line.ts";
import { type ImportCounts, importLines } from "./import/import-lines.ts";
import { openInput, toReadError } from "./import/input.ts";
import { readLines } from "./import/lines.ts";
import { openTarget } from "./import/open-target.ts";
import { peek } from "./import/peek.ts";
import { createProgress } from "./import/progress.ts";
import { TargetError } from "./import/target.ts";
import { toCount, toDuration } from "./import/words.ts";
import { importExport } from "./import-export.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest import`. */
export interface ImportOptions {
  strict?: boolean;
  url?: string;
  partial?: boolean;
  json?: boolean;
}

const interruptedCode = 130;
/** How much of a file tells whether it is an export. */
const peekedBytes = 64;

/**
 * Imports a file, shows the progress and prints a summary.
 * @returns the exit code.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or cannot go on.
 */
export async function importFile(file: string, options: ImportOptions): Promise<number> {
  const signal = abortOnStopSignals(interruptedCode);
  const input = await openInput(file, signal);
  try {
    const { first, chunks } = await peek(input.chunks, peekedBytes);
    const { totalBytes } = input;
    if (!isExport(first)) {
      return await importPlain({ file, chunks, totalBytes, signal }, options);
    }
    const { url, strict, partial: isPartial = false, json = false } = options;
    if (url !== undefined || strict) {
      throw new CommandError("an export is imported into a store, without --url and --strict");
    }
    return await importExport({ file, chunks, totalBytes, isPartial, json, signal });
  } catch (error) {
    if (signal.aborted) return interruptedCode;
    throw error instanceof Error && "syscall" in error ? toReadError(file, error) : error;
  } finally {
    input.chunks.destroy();
  }
}

/** A file of lines, each of which is an entry. */
interface PlainInput {
  file: string;
  chunks: AsyncIterable<Buffer>;
  totalBytes: number | undefined;
  signal: AbortSignal;
}

async function importPlain(
  { file, chunks, totalBytes, signal }: PlainInput,
  { strict: isStrict = false, url, partial, json }: ImportOptions,
): Promise<number> {
  if (partial) throw new CommandError("--partial is for files that chatnest export has written");
  const progress = createProgress(process.stderr, totalBytes);
  const counts: ImportCounts = { stored: 0, existing: 0, refused: 0 };
  const refusedLines: number[] = [];
  let startedAt: number | undefined;
  try {
    await using opened = await openTarget({ url, signal, note: progress.note });
    startedAt = performance.now();
    await importLines(readLines(chunks), {
      target: opened.target,
      limits: opened.limits,
      isStrict,
      isPiped: totalBytes === undefined,
      signal,
      counts,
      onRefused(lineNumber, reason) {
        refusedLines.push(lineNumber);
        progress.note(`line ${lineNumber}: ${reason}`);
      },
      onProgress: (end) => progress.update(counts, end),
    });
  } catch (error) {
    if (!signal.aborted) throw toImportError(file, error);
  } finally {
    progress.stop();
    if (startedAt !== undefined) {
      const ms = performance.now() - startedAt;
      const summary = { ...counts, seconds: ms / 1_000 };
      console.log(json ? JSON.stringify(summary) : toSummary(counts, ms));
    }
  }
  if (signal.aborted) {
    console.error(
      "chatnest: interrupted; stored messages are kept: run the import again to continue",
    );
    return interruptedCode;
  }
  if (isStrict && refusedLines.length > 0) {
    console.error(
      `chatnest: stopped at line ${Math.min(...refusedLines)}; every line before it is stored`,
    );
  }
  return counts.refused > 0 ? 1 : 0;
}

function toSummary({ stored, existing, refused }: ImportCounts, ms: number): string {
  const count = stored + existing + refused;
  const rate = toCount(count / (ms / 1000));
  return [
    `${toCount(count)} messages in ${toDuration(ms / 1000)} (${rate}/s): ${toCount(stored)} stored`,
    `${toCount(existing)} already there`,
    `${toCount(refused)} refused`,
  ].join(", ");
}

function toImportError(file: string, error: unknown): unknown {
  if (error instanceof TargetError) {
    const text = `${error.message}; stored messages are kept: run the import again to continue`;
    return new CommandError(text, { cause: error });
  }
  return error instanceof Error && "syscall" in error ? toReadError(file, error) : error;
}
