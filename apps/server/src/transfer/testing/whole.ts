import type { ChatStore } from "@chatnest/db";
import { readLines } from "../../cli/import/lines.ts";
import { readParts } from "../file-parts.ts";
import { type ImportedUnits, importUnits } from "../import-units.ts";
import { readStoreBytes } from "../store-bytes.ts";

/** Exports a store as a text, without its first line, which says when. */
export async function exportText(store: ChatStore): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readStoreBytes(store)) chunks.push(chunk);
  return Buffer.concat(chunks.slice(1)).toString();
}

/** What an import of a text did. */
export interface ImportedText extends ImportedUnits {
  reasons: string[];
  isWhole: boolean;
}

/** The first line of an export. */
const header =
  '{"format":"chatnest-export","version":1,"exported_at":"2026-01-01T00:00:00.000Z"}\n';

/** Imports a text, without its first line, into a store. */
export async function importText(store: ChatStore, text: string): Promise<ImportedText> {
  const counts: ImportedUnits = { written: 0, entries: 0, existing: 0, differing: 0 };
  const reasons: string[] = [];
  let isWhole = false;
  const onWhole = () => {
    isWhole = true;
  };
  await importUnits(readParts(readLines(chunksOf(header + text)), onWhole), {
    store,
    counts,
    signal: new AbortController().signal,
    onRetry() {},
    onDiffering: (_, reason) => void reasons.push(reason),
    onProgress() {},
  });
  return { ...counts, reasons, isWhole };
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}
