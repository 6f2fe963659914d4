// Arguments: port, how many, path (`{n}` becomes the number of the subscriber). Holds event streams on bare sockets, so that
// the client costs as little as it can, and answers `position` and `latencies`.
import { connect } from "node:net";
import { textStart } from "../text.ts";

const [port = "", count = "", path = ""] = process.argv.slice(2);
/** Longer than two events. */
const tailLength = 1024;
const connectSize = 50;

const shared = Buffer.alloc(256 * 1024);
const tails: Buffer[] = [];
const marker = Buffer.from(textStart);
let latencies: number[] = [];

process.once("disconnect", () => process.exit());
process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(1);
});
process.on("message", (question) => {
  if (question === "position")
    process.send?.(tails.reduce((sum, tail) => sum + positionOf(tail), 0));
  if (question === "latencies") {
    process.send?.(latencies);
    latencies = [];
  }
});

for (let start = 0; start < Number(count); start += connectSize) {
  const size = Math.min(connectSize, Number(count) - start);
  await Promise.all(Array.from({ length: size }, (_, index) => subscribe(start + index)));
}
process.send?.("ready");

function subscribe(index: number): Promise<void> {
  const tail = Buffer.alloc(tailLength);
  tails.push(tail);
  const { promise, resolve } = Promise.withResolvers<void>();
  let isReady = false;
  const socket = connect({
    host: "127.0.0.1",
    port: Number(port),
    onread: {
      buffer: shared,
      callback(length, buffer) {
        const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, length);
        keepTail(tail, chunk);
        if (isReady) noteLatency(chunk);
        else if (tail.includes("event: ready")) {
          isReady = true;
          resolve();
        }
        return true;
      },
    },
  });
  socket.on("close", () => {
    throw new Error("a stream was closed");
  });
  socket.write(`GET ${path.replace("{n}", String(index))} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return promise;
}

function keepTail(tail: Buffer, chunk: Buffer): void {
  if (chunk.length >= tailLength) {
    chunk.copy(tail, 0, chunk.length - tailLength);
  } else {
    tail.copyWithin(0, chunk.length);
    chunk.copy(tail, tailLength - chunk.length);
  }
}

// Of the first event of a chunk only: a lone one comes alone.
function noteLatency(chunk: Buffer): void {
  const at = chunk.indexOf(marker);
  if (at < 0) return;
  const sentNs = BigInt(chunk.toString("latin1", at + marker.length, at + marker.length + 20));
  latencies.push(Number(process.hrtime.bigint() - sentNs) / 1e6);
}

function positionOf(tail: Buffer): number {
  return Number([...tail.toString("latin1").matchAll(/id: \w+-(\d+)\n/g)].at(-1)?.[1]);
}
