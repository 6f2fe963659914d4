import { type BatchLimits, readBatches } from "./batches.ts";
import type { Line } from "./lines.ts";
import type { Target } from "./target.ts";

/** What happened to the lines so far. */
export interface ImportCounts {
  stored: number;
  /** Stored by an earlier run. */
  existing: number;
  refused: number;
}

/** How to import, and what to call meanwhile. */
export interface ImportLinesOptions {
  target: Target;
  /** How much the target takes at once. @default that of a request */
  limits?: BatchLimits | undefined;
  /** Whether to stop at the first refused line. */
  isStrict: boolean;
  /** Whether the lines come from a pipe. @default false */
  isPiped?: boolean;
  /** Stops the reading and the target. */
  signal: AbortSignal;
  /** Increased as the import proceeds. */
  counts: ImportCounts;
  onRefused(lineNumber: number, reason: string): void;
  /** @param end how many bytes of the file are imported. */
  onProgress(end: number): void;
}

/**
 * Imports lines in batches, one at a time, so that every conversation keeps their order; what comes next is read meanwhile.
 * @throws TargetError when the target fails, and whatever reading throws.
 */
export async function importLines(
  lines: AsyncIterable<Line>,
  options: ImportLinesOptions,
): Promise<void> {
  const { target, limits, isStrict, isPiped, signal, counts, onProgress } = options;
  let underWay = Promise.resolve();
  let hasTargetRefused = false;

  function refuse(lineNumber: number, reason: string): void {
    counts.refused++;
    options.onRefused(lineNumber, reason);
  }

  try {
    for await (const { messages, lineNumbers, end } of readBatches(lines, {
      isStrict,
      isPiped,
      onBadLine: refuse,
      limits,
    })) {
      await underWay;
      if (signal.aborted || (isStrict && hasTargetRefused)) return;
      underWay = target(messages, signal).then((results) => {
        for (const [index, result] of results.entries()) {
          if (result.status !== "refused") {
            counts[result.status]++;
            continue;
          }
          hasTargetRefused = true;
          refuse(lineNumbers[index] ?? 0, result.detail);
        }
        onProgress(end);
      });
      // It is awaited before the next batch.
      underWay.catch(() => {});
    }
  } finally {
    await underWay;
  }
}
