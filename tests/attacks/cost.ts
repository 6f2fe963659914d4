import type { Target } from "./target.ts";

/** What an attack may cost a server at most. */
export const cpuMsMax = 50;
export const answerBytesMax = 4_096;

const tries = 3;

/** What one request got and cost. */
export interface Measured {
  status: number;
  /** Of the body. */
  bytes: number;
  /** The least that one of the tries took: what else the machine does only adds to it. */
  cpuMs: number;
}

/** Measures what requests cost a server, one at a time. */
export class Cost {
  readonly #target: Target;
  #count = 0;
  #worst = { cpuMs: 0, bytes: 0 };

  constructor(target: Target) {
    this.#target = target;
  }

  async measure(path: string, init: RequestInit): Promise<Measured> {
    const measured: Measured[] = [];
    for (let n = 0; n < tries; n++) measured.push(await this.#measureOnce(path, init));
    const [{ status, bytes } = { status: 0, bytes: 0 }] = measured;
    const cpuMs = Math.min(...measured.map((one) => one.cpuMs));
    this.#count++;
    this.#worst = {
      cpuMs: Math.max(this.#worst.cpuMs, cpuMs),
      bytes: Math.max(this.#worst.bytes, bytes),
    };
    return { status, bytes, cpuMs };
  }

  async warmUp(path: string, init: RequestInit): Promise<void> {
    for (let n = 0; n < 20; n++) await this.#measureOnce(path, init);
  }

  /** What was measured, for the output of a test. */
  figures(): string[] {
    return [
      `${this.#count} sent ${tries} times`,
      `at most ${this.#worst.cpuMs.toFixed(1)} ms of CPU`,
      `at most ${this.#worst.bytes} bytes of answer`,
    ];
  }

  async #measureOnce(path: string, init: RequestInit): Promise<Measured> {
    const before = await this.#target.cpuMs();
    const response = await fetch(this.#target.url + path, init);
    const bytes = (await response.arrayBuffer()).byteLength;
    return { status: response.status, bytes, cpuMs: (await this.#target.cpuMs()) - before };
  }
}
