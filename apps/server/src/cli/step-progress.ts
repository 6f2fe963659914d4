import type { WriteStream } from "node:tty";
import { toCount, toPrintable } from "./import/words.ts";
import { createProgressBar } from "./progress-bar.ts";

/** How far a command is in what it does now. */
interface StepState {
  text: string;
  done: number;
  /** About how much there is. 0: unknown. */
  total: number;
}

/** Shows what a command does. */
export interface StepProgress {
  update(state: StepState): void;
  /** Prints a message beside it; not the same one again within 5 s. */
  note(text: string): void;
  stop(): void;
}

const lineEveryMs = 5000;

/** Creates a display of progress: a bar on a terminal, else a line every 5 s. */
export function createStepProgress(out: Pick<WriteStream, "isTTY" | "write">): StepProgress {
  const progress = out.isTTY ? createBar(out as WriteStream) : createLines(out);
  return { ...progress, note: withoutRepeats(progress.note) };
}

// A store that is away makes each of many writes say so.
function withoutRepeats(note: StepProgress["note"]): StepProgress["note"] {
  let last = "";
  let lastAt = 0;
  return (text) => {
    const now = performance.now();
    if (text === last && now - lastAt < lineEveryMs) return;
    last = text;
    lastAt = now;
    note(text);
  };
}

function createBar(stream: WriteStream): StepProgress {
  const bar = createProgressBar(stream);
  return { ...bar, update: (state) => bar.update(state.done, state.total, toText(state)) };
}

function createLines(out: Pick<WriteStream, "write">): StepProgress {
  let lastAt = performance.now();
  return {
    update(state) {
      if (performance.now() - lastAt < lineEveryMs) return;
      lastAt = performance.now();
      out.write(`${toText(state)}\n`);
    },
    note(text) {
      out.write(`${toPrintable(text)}\n`);
    },
    stop() {},
  };
}

function toText({ text, done, total }: StepState): string {
  if (total === 0) return done === 0 ? text : `${text}: ${toCount(done)}`;
  return `${text}: ${toCount(Math.min(done, total))} of ${toCount(total)}`;
}
