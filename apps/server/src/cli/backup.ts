import { open, rename } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type BackupProgress, checkBackup } from "@chatnest/db";
import { withStore } from "../admin/with-store.ts";
import { CommandError } from "../command-error.ts";
import { readSettings } from "../env.ts";
import { backupStore } from "../transfer/backup-command.ts";
import { removeCopy } from "../transfer/remove-copy.ts";
import { toCount, toDuration } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest backup`. */
export interface BackupOptions {
  json?: boolean;
}

const interruptedCode = 130;
const onMongo =
  "chatnest backup copies the embedded store. Back MongoDB up with its own tools, such as mongodump --oplog: they copy " +
  "all collections as of one moment, which no client can do from outside. chatnest export writes each conversation as of " +
  "a moment of its own";

/**
 * Copies the embedded store to a file, also while a server runs, checks the copy and prints a summary. An older file of the name
 * stays until the copy is checked.
 * @returns the exit code.
 * @throws CommandError or StoreError when it cannot be copied, or the copy is not whole.
 */
export async function backUp(name: string, { json = false }: BackupOptions): Promise<number> {
  const settings = readSettings();
  if (settings.mongodbUri !== undefined) throw new CommandError(onMongo);
  const file = resolve(name);
  if (file === resolve(settings.dataFile)) {
    throw new CommandError(`${name} is the store itself: choose another name`);
  }
  const partial = `${file}.partial`;
  const signal = abortOnStopSignals(interruptedCode);
  const progress = createStepProgress(process.stderr);
  const startedAt = performance.now();
  try {
    // Left by one that was killed.
    await removeCopy(partial);
    await withStore(
      backupStore,
      { file: partial },
      {
        settings,
        signal,
        note: progress.note,
        onProgress: (value) => {
          progress.update({ text: "pages", ...(value as BackupProgress) });
        },
        onBytes() {},
      },
    );
    progress.update({ text: "checking the copy", done: 0, total: 0 });
    const { conversations, messages } = checkBackup(partial);
    await sync(partial);
    await rename(partial, file);
    await sync(dirname(file));
    progress.stop();
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(
      json
        ? JSON.stringify({ file, conversations, messages, seconds })
        : `${file}: ${toCount(conversations)} conversations and ${toCount(messages)} messages copied and checked in ${toDuration(seconds)}`,
    );
    return 0;
  } catch (error) {
    progress.stop();
    await removeCopy(partial).catch(() => {});
    if (!signal.aborted) throw error;
    console.error("chatnest: interrupted; there is no backup");
    return interruptedCode;
  }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, "r");
  await handle.sync();
}
