import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

/** How a server is drained. */
export interface DrainOptions {
  /** After this time every connection is closed, in ms. */
  graceMs: number;
  /** How long to wait for one more request on an idle connection, since it may be on the wire already. @default 1000 */
  idleMs?: number;
}

interface Connection {
  /** Requests without a complete answer. */
  unanswered: number;
  idleSince: number;
  /** Bytes read when it became idle; more than that means that a request has begun. */
  bytesBefore: number;
}

/** The connections of a server, which it can close without losing requests on the wire. */
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

  /** Accepts no more connections, waits for pending answers, and returns when every connection is closed. */
  async drain({ graceMs, idleMs = 1000 }: DrainOptions): Promise<void> {
    const startedAt = performance.now();
    // Not http.Server.close(): it closes idle connections at once, and loses requests that are on the wire.
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
