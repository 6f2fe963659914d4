import { CommandError } from "../command-error.ts";
import { type ImportCounts, importLines } from "./import/import-lines.ts";
import { openInput, toReadError } from "./import/input.ts";
import { readLines } from "./import/lines.ts";
import { openTarget } from "./import/open-target.ts";
import { createProgress } from "./import/progress.ts";
import { TargetError } from "./import/target.ts";
import { toCount, toDuration } from "./import/words.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest import`. */
export interface ImportOptions {
  strict?: boolean;
  url?: string;
}

const interruptedCode = 130;

/**
 * Imports a file, shows the progress and prints a summary.
 * @returns the exit code.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or cannot go on.
 */
export async function importFile(
  file: string,
  { strict: isStrict = false, url }: ImportOptions,
): Promise<number> {
  const signal = abortOnStopSignals(interruptedCode);
  const { chunks, totalBytes } = await openInput(file, signal);
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
    chunks.destroy();
    progress.stop();
    if (startedAt !== undefined) console.log(toSummary(counts, performance.now() - startedAt));
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
