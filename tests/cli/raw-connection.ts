import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection on which a test writes HTTP by itself. */
export interface RawConnection extends Disposable {
  socket: Socket;
  write(text: string): void;
  /** Waits until what has come matches, and returns all that has come. */
  untilRead(pattern: RegExp): Promise<string>;
  closed: Promise<unknown>;
}

/** Opens a connection to a server on this machine. */
export async function openRawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  // Being cut is what some tests wait for.
  socket.on("error", () => {});
  await once(socket, "connect");
  const closed = once(socket, "close");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return {
    socket,
    closed,
    write: (part) => void socket.write(part),
    async untilRead(pattern) {
      while (!pattern.test(text)) {
        if (socket.closed) throw new Error(`closed before ${pattern}: ${text}`);
        await Promise.race([once(socket, "data"), closed]);
      }
      return text;
    },
    [Symbol.dispose]() {
      socket.destroy();
    },
  };
}

/** Writes a request to send a message, as bytes on the wire. */
export function toSendRequest(message: object): string {
  const body = JSON.stringify(message);
  const head = [
    "POST /messages/ HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
