import type { WriteStream } from "node:tty";
import { createProgressBar } from "../progress-bar.ts";
import type { ImportCounts } from "./import-lines.ts";
import { toCount, toDuration, toPrintable } from "./words.ts";

/** Shows the progress of an import. */
export interface Progress {
  update(counts: ImportCounts, endBytes: number): void;
  /** Prints a message beside it. */
  note(text: string): void;
  stop(): void;
}

const lineEveryMs = 5000;

/**
 * Creates a display of progress: a bar on a terminal, else a line every 5 s.
 * @param totalBytes is `undefined` for a pipe: then there is no bar.
 */
export function createProgress(
  out: Pick<WriteStream, "isTTY" | "write">,
  totalBytes: number | undefined,
): Progress {
  return out.isTTY && totalBytes !== undefined
    ? createBar(out as WriteStream, totalBytes)
    : createLines(out, totalBytes);
}

function createBar(stream: WriteStream, totalBytes: number): Progress {
  const toText = createText(totalBytes);
  const bar = createProgressBar(stream);
  return {
    ...bar,
    update: (counts, endBytes) => bar.update(endBytes, totalBytes, toText(counts, endBytes)),
  };
}

function createLines(out: Pick<WriteStream, "write">, totalBytes: number | undefined): Progress {
  const toText = createText(totalBytes);
  let lastAt = performance.now();
  return {
    update(counts, endBytes) {
      if (performance.now() - lastAt < lineEveryMs) return;
      lastAt = performance.now();
      out.write(`${toText(counts, endBytes)}\n`);
    },
    note(text) {
      out.write(`${toPrintable(text)}\n`);
    },
    stop() {},
  };
}

function createText(totalBytes: number | undefined) {
  const startedAt = performance.now();
  return ({ stored, existing, refused }: ImportCounts, endBytes: number): string => {
    const seconds = (performance.now() - startedAt) / 1000;
    const count = stored + existing + refused;
    const parts = [`${toCount(count)} messages`, `${toCount(count / seconds)}/s`];
    if (totalBytes !== undefined && endBytes > 0) {
      const share = Math.min(endBytes / totalBytes, 1);
      parts.unshift(`${Math.floor(100 * share)} %`);
      parts.push(`${toDuration((seconds * (1 - share)) / share)} left`);
    }
    return parts.join(", ");
  };
}
