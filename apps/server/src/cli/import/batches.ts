import type { Line } from "./lines.ts";
import { type IdentifiedLine, MessageIds } from "./message-ids.ts";
import { parseLine } from "./parse-line.ts";

/** Messages that are stored together, and the lines they come from. */
export interface Batch {
  messages: IdentifiedLine[];
  lineNumbers: number[];
  /** How many bytes of the file end with it. */
  end: number;
}

/** What to do about lines that are no messages. */
export interface ReadBatchesOptions {
  /** Ends after the first one. */
  isStrict: boolean;
  onBadLine(lineNumber: number, reason: string): void;
}

// Few enough for one group of a store, which is written from its beginning: what is stored of a batch that fails is then
// its first part, and giving it again keeps the order. It costs little beside 1,000.
const batchMessagesMax = 200;
// Below the 256 KiB that the server takes in one body.
const batchBytesMax = 200 * 1024;
// JSON writes nothing longer than the line had it, but for the id that it may not have had.
const idBytesMax = 80;

/** Reads messages in batches that one call can carry, in the order of the lines. */
export async function* readBatches(
  lines: AsyncIterable<Line>,
  options: ReadBatchesOptions,
): AsyncGenerator<Batch> {
  const ids = new MessageIds();
  let batch = emptyBatch();
  let batchBytes = 0;
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed.kind === "blank") continue;
    if (parsed.kind === "bad") {
      options.onBadLine(line.number, parsed.reason);
      if (options.isStrict) break;
      continue;
    }
    const bytes = (line.bytes?.length ?? 0) + idBytesMax;
    if (
      batch.messages.length === batchMessagesMax ||
      (batchBytes > 0 && batchBytes + bytes > batchBytesMax)
    ) {
      yield batch;
      batch = emptyBatch();
      batchBytes = 0;
    }
    batch.messages.push(ids.identify(parsed.message));
    batch.lineNumbers.push(line.number);
    batch.end = line.end;
    batchBytes += bytes;
  }
  if (batch.messages.length > 0) yield batch;
}

function emptyBatch(): Batch {
  return { messages: [], lineNumbers: [], end: 0 };
}
