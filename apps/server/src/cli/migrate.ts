import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ChatStore, isStoreError, openMongoStore, openSqliteStore } from "@chatnest/db";
import { untilReadyOrClosed } from "../admin/until-ready.ts";
import { CommandError } from "../command-error.ts";
import { nameMongo } from "../settings/mongo-name.ts";
import type { HeadLine } from "../transfer/format.ts";
import type { ImportedUnits } from "../transfer/import-units.ts";
import { migrateStore } from "../transfer/migrate-store.ts";
import { toCount, toDuration, toPrintable } from "./import/words.ts";
import { createStepProgress } from "./step-progress.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** The options of `chatnest migrate`. */
export interface MigrateCommandOptions {
  from: string;
  to: string;
  json?: boolean;
}

const interruptedCode = 130;
/** How many differing units are named. */
const namedMax = 20;

/**
 * Migrates a store into another one, shows the progress and prints a summary.
 * @returns the exit code.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or cannot go on.
 */
export async function migrate({ from, to, json = false }: MigrateCommandOptions): Promise<number> {
  if (placeOf(from) === placeOf(to)) {
    throw new CommandError("--from and --to are the same store");
  }
  const signal = abortOnStopSignals(interruptedCode);
  const progress = createStepProgress(process.stderr);
  const counts: ImportedUnits = { written: 0, entries: 0, existing: 0, differing: 0 };
  const startedAt = performance.now();
  let isMigrated = false;
  try {
    await using source = await openPlace(from, { isNew: false, signal, note: progress.note });
    await using target = await openPlace(to, { isNew: true, signal, note: progress.note });
    const totals = await migrateStore({
      from: source.store,
      to: target.store,
      counts,
      signal,
      onRetry: (reason) => progress.note(`${reason}; trying again`),
      onDiffering(head, reason) {
        if (counts.differing <= namedMax) progress.note(`${nameOf(head)}: ${reason}`);
      },
      onProgress() {
        const done = counts.written + counts.existing;
        progress.update({ text: "conversations and logs of notes", done, total: 0 });
      },
    });
    isMigrated = totals !== undefined;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(json ? JSON.stringify({ ...counts, isMigrated, seconds }) : toText(counts, seconds));
  if (signal.aborted) {
    console.error("chatnest: interrupted: run the same migration again to continue");
    return interruptedCode;
  }
  return isMigrated ? 0 : 1;
}

interface OpenPlaceOptions {
  /** Whether a file is made where there is none. */
  isNew: boolean;
  signal: AbortSignal;
  note(text: string): void;
}

async function openPlace(
  place: string,
  { isNew, signal, note }: OpenPlaceOptions,
): Promise<AsyncDisposable & { store: ChatStore }> {
  const opened = openStoreAt(place, { isNew, note });
  await untilReadyOrClosed(opened, signal);
  return { store: opened.store, [Symbol.asyncDispose]: () => opened.store.close() };
}

function openStoreAt(place: string, { isNew, note }: Omit<OpenPlaceOptions, "signal">) {
  if (isMongo(place)) {
    const store = openMongoStore({ uri: place, onRetry: ({ message }) => note(message) });
    return { store, name: nameMongo(place), ready: store.ready };
  }
  const file = fileOf(place);
  if (!isNew && !existsSync(file)) throw new CommandError(`there is no store at ${file}`);
  try {
    return { store: openSqliteStore(file), name: `SQLite ${file}`, ready: Promise.resolve() };
  } catch (error) {
    if (!isStoreError(error, "cannot_open")) throw error;
    const hint = "if a server has it open, stop the server first";
    throw new CommandError([error.message, hint], { cause: error });
  }
}

function isMongo(place: string): boolean {
  return /^mongodb(\+srv)?:\/\//.test(place);
}

function placeOf(place: string): string {
  return isMongo(place) ? nameMongo(place) : resolve(fileOf(place));
}

/**
 * Returns the file of an embedded store. What is not there is a folder, as for `CHATNEST_DATA`, unless its name ends with `.db`.
 * @throws CommandError
 */
function fileOf(place: string): string {
  const path = place.startsWith("sqlite:") ? place.slice("sqlite:".length) : "";
  if (path === "" || path === ":memory:") {
    throw new CommandError(
      "a store is sqlite:FOLDER with chatnest.db in it, sqlite:FILE.db, or mongodb://host/database",
    );
  }
  const found = statSync(path, { throwIfNoEntry: false });
  const isFolder = found ? found.isDirectory() : !path.endsWith(".db");
  return isFolder ? join(path, "chatnest.db") : path;
}

function nameOf(head: HeadLine): string {
  return toPrintable(
    head.type === "notes" ? `the notes of ${head.user_id}` : `conversation ${head.id}`,
  );
}

function toText({ written, entries, existing, differing }: ImportedUnits, seconds: number): string {
  return [
    `${toCount(written)} conversations and logs of notes with ${toCount(entries)} entries migrated and verified in ${toDuration(seconds)}`,
    `${toCount(existing)} already there`,
    `${toCount(differing)} differ`,
  ].join(", ");
}
