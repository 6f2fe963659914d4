import { connect } from "node:net";

/** What came back on one connection. */
export interface RawExchange {
  /** The statuses of all answers, in order. */
  statuses: number[];
  text: string;
  /** Whether the server ended the connection. */
  isClosed: boolean;
}

const answerStart = /HTTP\/1\.[01] (\d{3})/g;

/** Writes bytes on a connection of its own, and reads until the server ends it, or has been silent for a while. */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  silenceMs = 2_000,
): Promise<RawExchange> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  const done = Promise.withResolvers<boolean>();
  let text = "";
  let waiting = setTimeout(done.resolve, 10_000, false);
  socket.on("connect", () => socket.write(bytes));
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    clearTimeout(waiting);
    waiting = setTimeout(done.resolve, silenceMs, false);
  });
  socket.on("error", () => {});
  socket.on("close", () => done.resolve(true));
  const isClosed = await done.promise;
  clearTimeout(waiting);
  socket.destroy();
  const statuses = [...text.matchAll(answerStart)].map(([, status]) => Number(status));
  return { statuses, text, isClosed };
}
