import { NewestNames } from "../limits/newest-names.ts";
import type { UserCaller } from "./user-tokens.ts";

interface Entry {
  caller: UserCaller;
  /** In ms since 1970. */
  until: number;
}

const entriesMax = 10_000;
/** A key that is withdrawn from a key set is used no longer than this, however long its tokens last. */
const keptMsMax = 600_000;

/** Remembers who holds a token that was verified, so that a signature is not computed for each of its requests. */
export class VerifiedTokens {
  readonly #entries = new Map<string, Entry>();
  readonly #digests = new NewestNames(entriesMax);

  /** How many tokens are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  find(digest: string): UserCaller | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined || Date.now() < entry.until) return entry?.caller;
    this.#entries.delete(digest);
    return undefined;
  }

  /** Remembers a token until it ends, ten minutes at most; the oldest gives way. */
  remember(digest: string, caller: UserCaller, endsAt: number): void {
    this.#entries.set(digest, { caller, until: Math.min(endsAt, Date.now() + keptMsMax) });
    const oldest = this.#digests.add(digest);
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
