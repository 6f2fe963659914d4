import { withStore } from "../admin/with-store.ts";
import { readSettings } from "../env.ts";
import { type FormerProgress, fromFastApiCommand } from "./from-fastapi/command.ts";
import type { FormerCollectionCounts, FormerReport } from "./from-fastapi/import-former.ts";
import { toCount } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest import --from-fastapi`. */
export interface FromFastApiOptions {
  /** The database of the former service. */
  fromFastapi: string;
  json?: boolean;
}

const interruptedCode = 130;

/**
 * Imports what the former service has stored, shows the progress and prints a summary. Documents that cannot be imported are told one
 * by one.
 * @returns the exit code.
 * @throws CommandError or StoreError.
 */
export async function importFromFastApi({
  fromFastapi: uri,
  json = false,
}: FromFastApiOptions): Promise<number> {
  const signal = abortOnStopSignals(interruptedCode);
  const progress = createStepProgress(process.stderr);

  function show(value: FormerProgress): void {
    if (value.kind === "progress") {
      const { report, total } = value;
      const done = sum(report.conversations) + sum(report.messages);
      progress.update({ text: "documents", done, total });
    } else if (value.kind === "note") progress.note(value.text);
    else if (json) {
      const { collection, key, reason } = value;
      console.log(JSON.stringify({ refused: { collection, _id: key, reason } }));
    } else progress.note(`${value.collection} ${value.key}: ${value.reason}`);
  }

  try {
    const report = await withStore(
      fromFastApiCommand,
      { uri },
      {
        ...{ settings: readSettings(), isNew: true, signal, note: progress.note },
        onProgress: (value) => show(value as FormerProgress),
        onBytes() {},
      },
    );
    progress.stop();
    console.log(json ? JSON.stringify(report) : toText(report));
    return report.conversations.refused + report.messages.refused > 0 ? 1 : 0;
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw error;
    console.error(
      "chatnest: interrupted; what is stored is kept: run the import again to continue",
    );
    return interruptedCode;
  }
}

function toText({ conversations, messages }: FormerReport): string {
  return [`conversations: ${toWords(conversations)}`, `messages: ${toWords(messages)}`].join("\n");
}

function toWords({ stored, existing, refused }: FormerCollectionCounts): string {
  return `${toCount(stored)} stored, ${toCount(existing)} already there, ${toCount(refused)} refused`;
}

function sum({ stored, existing, refused }: FormerCollectionCounts): number {
  return stored + existing + refused;
}
