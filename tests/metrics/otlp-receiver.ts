import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A span as it was received. Times are in ms since 1970. */
interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  kind: number;
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number>;
  isError: boolean;
}

/** A receiver of OTLP over HTTP, in protobuf. */
export interface OtlpReceiver extends AsyncDisposable {
  url: string;
  spans: ReceivedSpan[];
  resource: Record<string, string | number>;
  /** All bytes that came, as text. */
  received(): string;
}

/** Starts a receiver on a free port of loopback. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const resource: OtlpReceiver["resource"] = {};
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    bodies.push(body, Buffer.from(JSON.stringify(request.headers)));
    const isTraces = request.url === "/v1/traces" && request.method === "POST";
    if (!isTraces || request.headers["content-type"] !== "application/x-protobuf") {
      response.writeHead(404).end();
      return;
    }
    for (const resourceSpans of readAll(body, 1)) {
      for (const found of readAll(resourceSpans, 1))
        Object.assign(resource, toAttributes(found, 1));
      for (const scope of readAll(resourceSpans, 2)) spans.push(...readAll(scope, 2).map(toSpan));
    }
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resource,
    received: () => Buffer.concat(bodies).toString("latin1"),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

// opentelemetry/proto/trace/v1/trace.proto
function toSpan(bytes: Buffer): ReceivedSpan {
  const time = (field: number) => Number(readAll(bytes, field)[0]?.readBigUInt64LE() ?? 0n) / 1e6;
  const hex = (field: number) => readAll(bytes, field)[0]?.toString("hex") ?? "";
  const [status] = readAll(bytes, 15);
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: readAll(bytes, 5)[0]?.toString() ?? "",
    kind: numberOf(bytes, 6),
    startMs: time(7),
    endMs: time(8),
    attributes: toAttributes(bytes, 9),
    isError: status !== undefined && numberOf(status, 3) === 2,
  };
}

function toAttributes(bytes: Buffer, field: number): Record<string, string | number> {
  const pairs = readAll(bytes, field).map((pair) => {
    const [value = Buffer.alloc(0)] = readAll(pair, 2);
    const [text] = readAll(value, 1);
    return [readAll(pair, 1)[0]?.toString() ?? "", text?.toString() ?? numberOf(value, 3)] as const;
  });
  return Object.fromEntries(pairs);
}

function numberOf(bytes: Buffer, field: number): number {
  const [found] = readAll(bytes, field);
  return found ? readVarint(found, 0).value : 0;
}

/** Reads the values of a field: bytes as they are, a varint as its bytes, a fixed number as its bytes. */
function readAll(bytes: Buffer, field: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    at = tag.end;
    const start = tag.value % 8 === 2 ? readVarint(bytes, at).end : at;
    const end = endOf(bytes, at, tag.value % 8);
    if (tag.value >> 3 === field) found.push(bytes.subarray(start, end));
    at = end;
  }
  return found;
}

function endOf(bytes: Buffer, at: number, wireType: number): number {
  switch (wireType) {
    case 0:
      return readVarint(bytes, at).end;
    case 1:
      return at + 8;
    case 2: {
      const length = readVarint(bytes, at);
      return length.end + length.value;
    }
    case 5:
      return at + 4;
    default:
      throw new Error(`unknown wire type ${wireType}`);
  }
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("the bytes end within a number");
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end: at + 1 };
  }
}
