import type { Line } from "./lines.ts";
import { type IdentifiedLine, MessageIds } from "./message-ids.ts";
import { parseLine } from "./parse-line.ts";

/** Entries to store together, and the lines they come from. */
export interface Batch {
  messages: IdentifiedLine[];
  lineNumbers: number[];
  /** Where its last line ends in the file, in bytes. */
  end: number;
}

/** What to do with lines that cannot be imported. */
export interface ReadBatchesOptions {
  /** Whether to stop at the first one. */
  isStrict: boolean;
  onBadLine(lineNumber: number, reason: string): void;
}

// Fits into one group of a store. A group is written from its start, so a failed batch is stored up to some line, and
// repeating it keeps the order. It is hardly slower than 1,000.
const batchMessagesMax = 200;
// Below the 256 KiB that the server accepts in one body.
const batchBytesMax = 200 * 1024;
// JSON.stringify writes a line no longer than it was, except for an id that it did not have.
const idBytesMax = 80;

// Below the 10,000 that the server accepts in one body.
const batchValuesMax = 9_000;
// The separators of a line that are not in it: of the array, and of the id.
const valuesBesides = 2;
const comma = 0x2c;

/** Reads entries in batches that one call can carry, in the order of the lines. */
export async function* readBatches(
  lines: AsyncIterable<Line>,
  options: ReadBatchesOptions,
): AsyncGenerator<Batch> {
  const ids = new MessageIds();
  let batch = emptyBatch();
  let batchBytes = 0;
  let batchValues = 0;
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed.kind === "blank") continue;
    if (parsed.kind === "bad") {
      options.onBadLine(line.number, parsed.reason);
      if (options.isStrict) break;
      continue;
    }
    const bytes = (line.bytes?.length ?? 0) + idBytesMax;
    const values = countValues(line);
    const isFull =
      batch.messages.length === batchMessagesMax ||
      batchBytes + bytes > batchBytesMax ||
      batchValues + values > batchValuesMax;
    if (isFull && batch.messages.length > 0) {
      yield batch;
      batch = emptyBatch();
      batchBytes = 0;
      batchValues = 0;
    }
    batch.messages.push(ids.identify(parsed.message));
    batch.lineNumbers.push(line.number);
    batch.end = line.end;
    batchBytes += bytes;
    batchValues += values;
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

function emptyBatch(): Batch {
  return { messages: [], lineNumbers: [], end: 0 };
}
