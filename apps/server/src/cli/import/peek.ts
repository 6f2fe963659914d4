/** A stream whose beginning is known. */
export interface Peeked {
  /** As many bytes as were asked for, or more, or all there are. */
  first: Buffer;
  /** All chunks, from the first on. */
  chunks: AsyncIterable<Buffer>;
}

/** Reads the beginning of a stream, and gives all of it back. */
export async function peek(stream: AsyncIterable<Buffer>, bytesMin: number): Promise<Peeked> {
  const chunks = stream[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < bytesMin) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return { first, chunks: all() };
}
