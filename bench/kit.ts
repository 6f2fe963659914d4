import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What rows share: each thing is made when the first row asks for it, and disposed of at the end of the run. */
export class Kit implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #made = new Map<unknown, Promise<unknown>>();

  /** Returns what a function made, which runs once. A failure is shared too. */
  get<TMade>(make: (kit: Kit) => Promise<TMade>): Promise<TMade> {
    const known = this.#made.get(make) ?? this.#make(make);
    this.#made.set(make, known);
    return known as Promise<TMade>;
  }

  /** Makes a folder of its own, which is removed at the end. */
  async folder(): Promise<string> {
    return this.#stack.use(await makeFolder()).path;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #make<TMade>(make: (kit: Kit) => Promise<TMade>): Promise<TMade> {
    const made = await make(this);
    if (isDisposable(made)) this.#stack.use(made);
    return made;
  }
}

/** Makes a folder for the data of a run. */
export function makeFolder(): Promise<AsyncDisposable & { path: string }> {
  return mkdtempDisposable(join(tmpdir(), "chatnest-bench-"));
}

function isDisposable(made: unknown): made is AsyncDisposable {
  return typeof made === "object" && made !== null && Symbol.asyncDispose in made;
}
