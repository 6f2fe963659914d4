import { EventEmitter } from "node:events";

/** Tells when the answer to a request has ended, or its client has left: Node's own response, or a {@link WebAnswer}. */
export interface Ending {
  readonly closed: boolean;
  once(event: "close", listener: () => void): unknown;
}

/**
 * An answer that a web stream carries, where there is no response of Node's. It is closed when its stream has ended, failed
 * or was cancelled, or when the request is aborted.
 */
export class WebAnswer extends EventEmitter<{ close: [] }> implements Ending {
  readonly #signal: AbortSignal;
  #isClosed: boolean;
  #taken = 0;

  /** @param signal is that of the request. */
  constructor(signal: AbortSignal) {
    super();
    this.#signal = signal;
    this.#isClosed = signal.aborted;
    if (!signal.aborted) signal.addEventListener("abort", this.close);
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  /** How many bytes its reader has taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Ends the answer. A reader that still waits for more gets an error. */
  readonly close = (): void => {
    // A host may have one signal for all requests.
    this.#signal.removeEventListener("abort", this.close);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit("close");
  };

  /** Hands on a stream, which is read as its reader reads, and lets go of it when the answer is closed. */
  carry(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = source.getReader();
    function cut(controller: ReadableStreamDefaultController): void {
      reader.cancel().catch(() => {});
      // What is cut must not look whole. A host that cancels the stream now hears nothing of it.
      setImmediate(() => controller.error(new Error("the answer was cut off")));
    }
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          if (this.#isClosed) cut(controller);
          else this.once("close", () => cut(controller));
        },
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (this.#isClosed) return;
            if (done) {
              controller.close();
              this.close();
              return;
            }
            this.#taken += value.byteLength;
            controller.enqueue(value);
          } catch (error) {
            controller.error(error);
            this.close();
          }
        },
        cancel: () => this.close(),
      },
      { highWaterMark: 0 },
    );
  }
}
