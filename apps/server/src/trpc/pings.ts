/** The event by which tRPC's own client knows that a stream is alive. */
const ping = new TextEncoder().encode("event: ping\ndata: \n\n");
const lineFeed = 10;

/** A stream of events that can be told to say that it is alive. */
export interface PingedStream {
  body: ReadableStream<Uint8Array>;
  /** Says that the stream is alive, unless it has other things to say that nobody has taken yet. */
  ping(): void;
}

/**
 * Makes a stream of tRPC's say that it is alive whenever it is told to. tRPC could do it by itself, but then reads an event
 * ahead: a failure that comes while a slow reader is not there for it would be nobody's, and end the process.
 */
export function toPingedStream(stream: ReadableStream<Uint8Array>): PingedStream {
  let controller: TransformStreamDefaultController<Uint8Array> | undefined;
  let isBetweenEvents = false;
  const transform = new TransformStream<Uint8Array, Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      transform(chunk, own) {
        // tRPC ends an event with a chunk of its own.
        isBetweenEvents = chunk.at(-1) === lineFeed && chunk.at(-2) === lineFeed;
        own.enqueue(chunk);
      },
    },
    undefined,
    { highWaterMark: 1 },
  );
  return {
    body: stream.pipeThrough(transform),
    ping() {
      // No room where it waits for its reader, is closed or failed.
      if (isBetweenEvents && (controller?.desiredSize ?? 0) > 0) controller?.enqueue(ping);
    },
  };
}
