/** The longest line that is read, in bytes. */
export const lineBytesMax = 1024 * 1024;

/** One line of a file. */
export interface Line {
  /** 1 is the first. */
  number: number;
  /** Without its end; `null` when it is longer than {@link lineBytesMax}. */
  bytes: Buffer | null;
  /** Where it ends in the file, in bytes. */
  end: number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Reads lines that end with LF or CRLF; the last one may lack its end. Holds one line at a time in memory. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let end = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;

  function keep(part: Buffer): void {
    begunBytes += part.length;
    if (begunBytes <= lineBytesMax) begun.push(part);
    else begun = [];
  }
  function finish(): Line {
    const bytes =
      begunBytes > lineBytesMax ? null : withoutReturn(Buffer.concat(begun, begunBytes));
    begun = [];
    begunBytes = 0;
    number++;
    return { number, bytes, end };
  }

  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, at));
      end += at + 1 - start;
      start = at + 1;
      yield finish();
    }
    keep(chunk.subarray(start));
    end += chunk.length - start;
  }
  if (begunBytes > 0) yield finish();
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
