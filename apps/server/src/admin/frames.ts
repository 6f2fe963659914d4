/**
 * One part of an answer of the admin socket, written as a line of JSON. That of `bytes` says how many follow its line.
 *
 * An answer ends with a `result` or an `error`; without either, the server stopped in between.
 */
export type Frame =
  | { bytes: number }
  | { progress: unknown }
  | { result: unknown }
  | { error: { message: string; isKnown: boolean } };

/** The same, with the bytes themselves. */
export type ReadFrame = Exclude<Frame, { bytes: number }> | { bytes: Buffer };

const newline = 0x0a;

/** Writes a part of an answer. */
export function toFrame(frame: Frame): string {
  return `${JSON.stringify(frame)}\n`;
}

/** Reads the parts of an answer; bytes come in the pieces in which they arrive. */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadFrame> {
  let rest: Buffer = Buffer.alloc(0);
  let bytesLeft = 0;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length > 0) {
      if (bytesLeft > 0) {
        const bytes = rest.subarray(0, bytesLeft);
        rest = rest.subarray(bytes.length);
        bytesLeft -= bytes.length;
        yield { bytes };
        continue;
      }
      const end = rest.indexOf(newline);
      if (end === -1) break;
      const frame = JSON.parse(rest.toString("utf8", 0, end)) as Frame;
      rest = rest.subarray(end + 1);
      if ("bytes" in frame) bytesLeft = frame.bytes;
      else yield frame;
    }
  }
}
