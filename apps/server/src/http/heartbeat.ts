import type { ServerResponse } from "node:http";
import { readUnacknowledged, type Unacknowledged } from "./unacknowledged.ts";

/** How long a stream may say nothing before it says that it is alive, in ms. */
const heartbeatMs = 15_000;

interface Beating {
  /** Says that the stream is alive, unless it has other things to say that have not gone out yet. */
  say: () => void;
  /** How many bytes had arrived at the other end at the last heartbeat. */
  arrived: number;
}

/**
 * The one heartbeat of all streams of a server. Whatever a stream says at one has to arrive before the next: where nothing
 * did, the other end is gone, and the stream is cut.
 */
export class Heartbeat {
  readonly #streams = new Map<ServerResponse, Beating>();
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;

  /** Beats for a stream until its response is closed. */
  follow(response: ServerResponse, say: () => void): void {
    this.#streams.set(response, { say, arrived: -1 });
    // What fails now is done by the next one.
    this.#timer ??= setInterval(() => void this.#beat().catch(() => {}), heartbeatMs).unref();
    response.once("close", () => {
      this.#streams.delete(response);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  async #beat(): Promise<void> {
    // Where the process was stopped in the middle of one, the next would follow at once and cut everybody.
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      const unacknowledged = await readUnacknowledged();
      for (const [response, stream] of this.#streams) beat(response, stream, unacknowledged);
    } finally {
      this.#isBeating = false;
    }
  }
}

function beat({ socket }: ServerResponse, stream: Beating, unacknowledged: Unacknowledged): void {
  // A response whose turn on its connection has not come has none.
  if (!socket || socket.destroyed) return;
  const arrived = socket.bytesWritten - socket.writableLength - (unacknowledged(socket) ?? 0);
  if (arrived <= stream.arrived) {
    socket.destroy();
    return;
  }
  stream.arrived = arrived;
  stream.say();
}
