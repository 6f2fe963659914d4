import type { WebAnswer } from "../../http/web-answer.ts";
import type { EventStream } from "./sse.ts";

/** How many bytes may wait for a reader before the next batch waits, too: as many as Node lets wait for a socket. */
const waitingMax = 16 * 1024;
const encoder = new TextEncoder();

/** A stream of events that a web stream carries. */
export class WebEventStream implements EventStream {
  /** What the reader reads. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #answer: WebAnswer;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #isEnded = false;

  constructor(answer: WebAnswer) {
    this.#answer = answer;
    const source = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#makeRoom(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: waitingMax }),
    );
    answer.once("close", () => this.#makeRoom());
    this.body = answer.carry(source);
  }

  write(chunk: string | Buffer): Promise<void> | undefined {
    if (!this.#isOpen) return undefined;
    // A copy: a reader may keep, change or transfer what it gets, and a batch is shared by all who follow.
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : new Uint8Array(chunk);
    this.#controller?.enqueue(bytes);
    if (this.#hasRoom) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  sayAlive(): void {
    if (this.#isOpen && this.#hasRoom) void this.write(": \n\n");
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isEnded = true;
    this.#controller?.close();
  }

  get #isOpen(): boolean {
    return !this.#isEnded && !this.#answer.closed;
  }

  get #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
