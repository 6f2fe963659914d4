import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Opens a bare connection, for what `fetch` would never send. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  return socket;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Everything above the body, as it came. */
  head: string;
  body: string;
}

/** Sends a request as it is written, one line each, and reads all that comes until the connection ends. */
export async function sendRaw(
  port: number,
  lines: readonly string[],
  body: string | Uint8Array = "",
): Promise<RawAnswer> {
  const socket = await openSocket(port);
  const chunks: Uint8Array[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => socket.destroy());
  const closed = once(socket, "close");
  const head = [...lines, "Connection: close", "", ""].join("\r\n");
  socket.write(Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(body)]));
  await closed;
  return parseAnswer(Buffer.concat(chunks).toString());
}

/** Splits an answer into its parts. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  return { status: Number(head.slice(9, 12)), head, body: end === -1 ? "" : text.slice(end + 4) };
}
