import type { Line } from "./lines.ts";
import type { IdentifiedLine } from "./message-ids.ts";
import { type ReadWindowsOptions, readWindows } from "./windows.ts";

/** Entries to store together, and the lines they come from. */
export interface Batch {
  messages: IdentifiedLine[];
  lineNumbers: number[];
  /** How many bytes of the file are in it and in the batches before it. */
  end: number;
}

/** How much a batch holds at most. */
export interface BatchLimits {
  messages: number;
  bytes: number;
  /** The values of its JSON. */
  values: number;
}

// A group of a store is written from its start, so a failed batch that fits into one is stored up to some entry, and repeating
// it keeps the order.
/** What one request to a server carries: below the 256 KiB and the 10,000 values that it accepts in one body. */
export const requestLimits: BatchLimits = { messages: 200, bytes: 200 * 1024, values: 9_000 };
/** What fills one group of the embedded store. */
export const embeddedLimits: BatchLimits = {
  messages: 512,
  bytes: 1024 * 1024,
  values: Number.POSITIVE_INFINITY,
};

/** How to read batches. */
export interface ReadBatchesOptions extends ReadWindowsOptions {
  /** @default requestLimits */
  limits?: BatchLimits | undefined;
}

// JSON.stringify writes a line no longer than it was, except for an id that it did not have.
const idBytesMax = 80;
// The separators of a line that are not in it: of the array, and of the id.
const valuesBesides = 2;
const comma = 0x2c;

/** Reads entries in batches that one call can carry. Those of one conversation are in the order of the lines. */
export async function* readBatches(
  lines: AsyncIterable<Line>,
  { limits = requestLimits, ...options }: ReadBatchesOptions,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  let batchBytes = 0;
  let batchValues = 0;
  for await (const window of readWindows(lines, options)) {
    for (const { entry, line, span } of window) {
      const bytes = (line.bytes?.length ?? 0) + idBytesMax;
      const values = countValues(line);
      const isFull =
        batch.messages.length === limits.messages ||
        batchBytes + bytes > limits.bytes ||
        batchValues + values > limits.values;
      if (isFull && batch.messages.length > 0) {
        yield batch;
        batch = emptyBatch(batch.end);
        batchBytes = 0;
        batchValues = 0;
      }
      batch.messages.push(entry);
      batch.lineNumbers.push(line.number);
      batch.end += span;
      batchBytes += bytes;
      batchValues += values;
    }
  }
  if (batch.messages.length > 0) yield batch;
}

// At most as many commas as this are between its values: some may be in its texts.
function countValues({ bytes }: Line): number {
  let count = valuesBesides;
  if (!bytes) return count;
  for (let at = bytes.indexOf(comma); at !== -1; at = bytes.indexOf(comma, at + 1)) count++;
  return count;
}

function emptyBatch(end = 0): Batch {
  return { messages: [], lineNumbers: [], end };
}
