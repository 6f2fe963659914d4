import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

/** How a server is drained. */
export interface DrainOptions {
  /** After this long every connection is cut. */
  graceMs: number;
  /** How long a kept connection may bring one more request, which may be on the wire already. @default 1000 */
  idleMs?: number;
}

interface Connection {
  /** Requests that are not answered to the last byte. */
  unanswered: number;
  idleSince: number;
  /** What had been read when it became idle: more than that is a request that has begun. */
  bytesBefore: number;
}

/** The connections of a server, and how to end them without losing what they carry. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => this.#add(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#follow(request.socket, response);
    });
  }

  /** Takes no new connections, waits for the answers that are due, and returns when every connection has ended. */
  async drain({ graceMs, idleMs = 1000 }: DrainOptions): Promise<void> {
    const startedAt = performance.now();
    // Not http.Server.close(): it cuts kept connections at once, and requests that are on the wire with them.
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(this.#server, () => resolve());
    });
    const sweeping = setInterval(() => this.#closeIdle(startedAt, idleMs), idleMs / 10);
    const cutting = setTimeout(() => this.#closeAll(), graceMs);
    await closed;
    clearInterval(sweeping);
    clearTimeout(cutting);
  }

  #add(socket: Socket): void {
    this.#open.set(socket, { unanswered: 0, idleSince: performance.now(), bytesBefore: 0 });
    socket.once("close", () => this.#open.delete(socket));
  }

  #follow(socket: Socket, response: ServerResponse): void {
    const connection = this.#open.get(socket);
    if (!connection) return;
    connection.unanswered++;
    response.once("close", () => {
      connection.unanswered--;
      connection.idleSince = performance.now();
      connection.bytesBefore = socket.bytesRead;
    });
  }

  #closeIdle(drainingSince: number, idleMs: number): void {
    const now = performance.now();
    for (const [socket, { unanswered, idleSince, bytesBefore }] of this.#open) {
      const isIdle = unanswered === 0 && socket.bytesRead === bytesBefore;
      if (isIdle && now - Math.max(idleSince, drainingSince) >= idleMs) socket.destroy();
    }
  }

  #closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
