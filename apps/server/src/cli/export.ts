import { withStore } from "../admin/with-store.ts";
import { CommandError } from "../command-error.ts";
import { readSettings } from "../env.ts";
import { exportUnits } from "../transfer/export-command.ts";
import { openExportFile, openStandardOutput, partialOf } from "../transfer/export-file.ts";
import type { Totals } from "../transfer/format.ts";
import { toCount, toDuration } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest export`. */
export interface ExportOptions {
  resume?: boolean;
  json?: boolean;
}

const interruptedCode = 130;

/**
 * Exports the store to a file, or to standard output for `-`, shows the progress and prints a summary.
 * @returns the exit code.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or cannot go on.
 */
export async function exportFile(
  file: string,
  { resume = false, json = false }: ExportOptions,
): Promise<number> {
  const isFile = file !== "-";
  if (resume && !isFile) throw new CommandError("--resume needs a file");
  const settings = readSettings();
  const signal = abortOnStopSignals(interruptedCode);
  const startedAt = performance.now();
  const progress = createStepProgress(process.stderr);
  const output = await openOutput(file, resume);
  try {
    const before = output.totals;
    const added = await withStore(
      exportUnits,
      { after: output.after ?? null },
      {
        settings,
        signal,
        note: progress.note,
        onProgress(value) {
          const { entries } = add(before, value as Totals);
          progress.update({ text: "entries", done: entries, total: 0 });
        },
        onBytes: output.write,
      },
    );
    const totals = add(before, added);
    await output.finish(totals);
    const seconds = (performance.now() - startedAt) / 1_000;
    progress.stop();
    const summary = json
      ? JSON.stringify({ file: isFile ? file : null, ...totals, seconds })
      : `${toText(totals)} exported in ${toDuration(seconds)}`;
    // Standard output has the export itself.
    (isFile ? process.stdout : process.stderr).write(`${summary}\n`);
    return 0;
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw toExportError(file, error);
    const hint = isFile ? `; what is complete is in ${partialOf(file)}: add --resume to go on` : "";
    console.error(`chatnest: interrupted${hint}`);
    return interruptedCode;
  } finally {
    await output.close();
  }
}

async function openOutput(file: string, isResumed: boolean) {
  try {
    return await (file === "-" ? openStandardOutput() : openExportFile(file, isResumed));
  } catch (error) {
    throw toExportError(file, error);
  }
}

function add(a: Totals, b: Totals): Totals {
  return {
    conversations: a.conversations + b.conversations,
    notes: a.notes + b.notes,
    members: a.members + b.members,
    entries: a.entries + b.entries,
  };
}

function toText({ conversations, notes, members, entries }: Totals): string {
  return [
    `${toCount(conversations)} conversations`,
    `${toCount(members)} memberships`,
    `notes of ${toCount(notes)} users`,
    `${toCount(entries)} entries`,
  ].join(", ");
}

function toExportError(file: string, error: unknown): unknown {
  const isOfSystem = error instanceof Error && "syscall" in error;
  const name = file === "-" ? "standard output" : file;
  return isOfSystem ? new CommandError(`cannot write ${name}: ${error.message}`) : error;
}
