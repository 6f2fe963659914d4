import type { CheckProgress } from "@chatnest/db";
import { withStore } from "../admin/with-store.ts";
import { readSettings } from "../env.ts";
import { type Checked, checkData } from "../transfer/check-command.ts";
import { toCount, toPrintable } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest check`. */
export interface CheckCommandOptions {
  json?: boolean;
}

const interruptedCode = 130;
const findingsMax = 100;

/**
 * Checks the store and prints what is wrong with it.
 * @returns the exit code.
 * @throws CommandError or StoreError when it cannot be read.
 */
export async function check({ json = false }: CheckCommandOptions): Promise<number> {
  const signal = abortOnStopSignals(interruptedCode);
  const progress = createStepProgress(process.stderr);
  try {
    const checked = await withStore(
      checkData,
      { findingsMax },
      {
        settings: readSettings(),
        signal,
        note: progress.note,
        onProgress(value) {
          progress.update({ text: "entries", done: (value as CheckProgress).entries, total: 0 });
        },
        onBytes() {},
      },
    );
    progress.stop();
    console.log(json ? JSON.stringify(checked) : toText(checked));
    return checked.found > 0 ? 1 : 0;
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw error;
    console.error("chatnest: interrupted");
    return interruptedCode;
  }
}

function toText({ findings, found, conversations, notes, entries }: Checked): string {
  const lines = findings.map(({ where, what }) => toPrintable(`${where}: ${what}`));
  if (found > findings.length) lines.push(`and ${toCount(found - findings.length)} more`);
  const passed = `${toCount(conversations)} conversations, notes of ${toCount(notes)} users, ${toCount(entries)} entries`;
  lines.push(
    `${passed} checked: ${found === 0 ? "nothing is wrong" : `${toCount(found)} findings`}`,
  );
  return lines.join("\n");
}
