import { open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { CommandError } from "../../command-error.ts";

/** An open input. */
export interface Input {
  chunks: Readable;
  /** `undefined` for a pipe. */
  totalBytes: number | undefined;
}

const chunkBytes = 256 * 1024;

/**
 * Opens a file to read, or standard input for `-`.
 * @throws CommandError when it cannot be read.
 */
export async function openInput(file: string, signal: AbortSignal): Promise<Input> {
  if (file === "-") return { chunks: addAbortSignal(signal, process.stdin), totalBytes: undefined };
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new Error("it is a folder");
    const chunks = addAbortSignal(signal, handle.createReadStream({ highWaterMark: chunkBytes }));
    return { chunks, totalBytes: stats.isFile() ? stats.size : undefined };
  } catch (error) {
    throw toReadError(file, error);
  }
}

/** Creates the error that says which file could not be read, and why. */
export function toReadError(file: string, error: unknown): CommandError {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const reason = isMissing
    ? "there is no such file"
    : error instanceof Error
      ? error.message
      : String(error);
  return new CommandError(`cannot read ${file}: ${reason}`, { cause: error });
}
