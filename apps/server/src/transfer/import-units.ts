import { type ChatStore, isStoreError } from "@chatnest/db";
import type { FilePart } from "./file-parts.ts";
import type { EndLine, HeadLine } from "./format.ts";
import { Lanes } from "./lanes.ts";
import type { PatienceOptions } from "./patience.ts";
import { UnitWriter } from "./unit-writer.ts";

/** What happened to the units so far. */
export interface ImportedUnits {
  /** How many were written, with so many entries. */
  written: number;
  entries: number;
  /** How many were there already. */
  existing: number;
  /** How many were not written, since the store holds something else. */
  differing: number;
}

/** How to import, and what to call meanwhile. */
export interface ImportUnitsOptions extends PatienceOptions {
  store: ChatStore;
  /** Increased as the import proceeds. */
  counts: ImportedUnits;
  onDiffering(head: HeadLine, reason: string): void;
  /** @param end how many bytes of the file are imported, about. */
  onProgress(end: number): void;
  /** Called after a unit was written. */
  onWritten?(head: HeadLine, end: EndLine): Promise<void>;
}

/** How many units are written at a time: their writes share commands and transactions. */
const unitsAtOnce = 32;

/**
 * Imports the units of an export. One that is there and differs is told and left as it is. The signal ends it between two parts.
 * @throws whatever reading throws, and StoreError `unavailable` when the store stays away.
 */
export async function importUnits(
  parts: AsyncIterable<FilePart>,
  options: ImportUnitsOptions,
): Promise<void> {
  const { store, counts, signal } = options;
  const lanes = new Lanes(unitsAtOnce);
  /** Of a unit with many parts; `undefined` when the rest of it is passed over. */
  let writer: UnitWriter | undefined;

  /** Adds a part. Returns `undefined` when the rest of the unit is to be passed over. */
  async function add(writer: UnitWriter, part: FilePart): Promise<UnitWriter | undefined> {
    try {
      await writer.add(part, options);
      if (part.end) await end(writer, part, part.end);
      return writer;
    } catch (error) {
      const isRefused = isStoreError(error, "conflict") || isStoreError(error, "invalid");
      if (!isRefused) throw error;
      counts.differing++;
      options.onDiffering(part.head, error.message);
      return undefined;
    }
  }

  async function end(writer: UnitWriter, { head }: FilePart, line: EndLine): Promise<void> {
    const outcome = await writer.end(options);
    counts[outcome]++;
    if (outcome === "existing") return;
    counts.entries += line.entries;
    await options.onWritten?.(head, line);
  }

  try {
    for await (const part of parts) {
      if (signal.aborted) break;
      if (part.isFirst && part.end) {
        await lanes.start(async () => {
          await add(new UnitWriter(store, part.head), part);
        });
      } else {
        if (part.isFirst) writer = new UnitWriter(store, part.head);
        writer = writer && (await add(writer, part));
      }
      options.onProgress(part.fileEnd);
    }
  } finally {
    await lanes.end();
  }
}
