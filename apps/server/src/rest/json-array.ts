import { boundAnswer } from "@chatnest/api";

// What is written at once: enough that a chunk's own cost does not show, little enough to hold for every slow reader.
const chunkLength = 32 * 1024;

const encoder = new TextEncoder();

/**
 * Opens a stream that is the JSON array of some items. It is driven by its reader: between two reads nothing is taken from
 * the items and nothing is kept. The first item is read before this resolves, so that an early error is still an answer.
 *
 * `cut` hears of an error half-way. It says whether it cut the connection; else the stream fails with the error.
 */
export async function openJsonArray(
  items: AsyncIterable<unknown>,
  cut: (error: unknown) => boolean,
): Promise<ReadableStream<Uint8Array>> {
  const iterator = items[Symbol.asyncIterator]();
  let next = await boundAnswer(iterator.next());
  let mark = "[";
  let isLeft = false;

  async function readChunk(): Promise<string> {
    let text = "";
    while (!next.done && text.length < chunkLength) {
      text += mark + JSON.stringify(next.value);
      mark = ",";
      next = await iterator.next();
    }
    if (!next.done) return text;
    return mark === "[" ? "[]" : `${text}]`;
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const text = await readChunk();
          // The stream of a reader that left meanwhile is closed already.
          if (isLeft) return;
          controller.enqueue(encoder.encode(text));
          if (next.done) controller.close();
        } catch (error) {
          if (!isLeft && !cut(error)) controller.error(error);
        }
      },
      async cancel() {
        isLeft = true;
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
