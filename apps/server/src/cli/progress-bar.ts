import type { WriteStream } from "node:tty";
import { MultiBar } from "cli-progress";
import { toPrintable } from "./import/words.ts";

/** A bar on a terminal. */
export interface ProgressBar {
  /** Redraws it with a text beside it. */
  update(done: number, total: number, text: string): void;
  /** Prints a message above it. */
  note(text: string): void;
  stop(): void;
}

/** Shows a bar on a terminal until it is stopped. */
export function createProgressBar(stream: WriteStream): ProgressBar {
  const bars = new MultiBar({
    stream,
    format: "[{bar}] {text}",
    barsize: 20,
    linewrap: true,
    clearOnComplete: true,
  });
  const bar = bars.create(1, 0, { text: "" });
  return {
    update(done, total, text) {
      const all = Math.max(total, 1);
      bar.setTotal(all);
      bar.update(Math.min(done, all), { text });
    },
    note(text) {
      bars.log(`${toPrintable(text)}\n`);
    },
    stop() {
      // Prints the messages noted since the last redraw.
      bars.update();
      bars.stop();
    },
  };
}
