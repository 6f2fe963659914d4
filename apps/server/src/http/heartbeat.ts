import type { ServerResponse } from "node:http";
import { readUnacknowledged, type Unacknowledged } from "./unacknowledged.ts";
import { WebAnswer } from "./web-answer.ts";

/** How often a stream sends a sign of life, in ms. */
const heartbeatMs = 15_000;

interface Beating {
  /** Sends a sign of life, unless the stream has other data that has not gone out yet. */
  say: () => void;
  /** How many bytes the peer had acknowledged at the last heartbeat. */
  arrived: number;
}

/** What a stream is written to. */
type Peer = ServerResponse | WebAnswer;

/**
 * The one heartbeat of all streams of a server. What a stream sends at a heartbeat must arrive before the next one. If
 * nothing arrived, the peer is gone and the stream is closed.
 */
export class Heartbeat {
  readonly #streams = new Map<Peer, Beating>();
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;

  /** Beats for a stream until its answer is closed. */
  follow(peer: Peer, say: () => void): void {
    this.#streams.set(peer, { say, arrived: -1 });
    // The next heartbeat makes up for one that fails.
    this.#timer ??= setInterval(() => void this.#beat().catch(() => {}), heartbeatMs).unref();
    peer.once("close", () => {
      this.#streams.delete(peer);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  async #beat(): Promise<void> {
    // If the process pauses in the middle of a heartbeat, the next one would follow at once and close every stream.
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      const unacknowledged = await readUnacknowledged();
      for (const [peer, stream] of this.#streams) {
        if (peer instanceof WebAnswer) beatWeb(peer, stream);
        else beat(peer, stream, unacknowledged);
      }
    } finally {
      this.#isBeating = false;
    }
  }
}

function beat({ socket }: ServerResponse, stream: Beating, unacknowledged: Unacknowledged): void {
  // A pipelined response has no socket before its turn.
  if (!socket || socket.destroyed) return;
  const arrived = socket.bytesWritten - socket.writableLength - (unacknowledged(socket) ?? 0);
  if (arrived <= stream.arrived) {
    socket.destroy();
    return;
  }
  stream.arrived = arrived;
  stream.say();
}

function beatWeb(answer: WebAnswer, stream: Beating): void {
  if (answer.taken <= stream.arrived) {
    answer.close();
    return;
  }
  stream.arrived = answer.taken;
  stream.say();
}
