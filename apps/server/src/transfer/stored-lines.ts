import type { UnitPart } from "./unit-lines.ts";

/** The lines of a stored unit, one after the other. */
export class StoredLines {
  readonly #parts: AsyncGenerator<UnitPart>;
  #lines: string[] = [];
  #next = 0;

  constructor(parts: AsyncGenerator<UnitPart>) {
    this.#parts = parts;
  }

  /** Reads the next line, without its end; `undefined` behind the last. */
  async next(): Promise<string | undefined> {
    while (this.#next === this.#lines.length) {
      const part = await this.#parts.next();
      if (part.done) return undefined;
      this.#lines = part.value.text.split("\n").slice(0, -1);
      this.#next = 0;
    }
    return this.#lines[this.#next++];
  }
}
