import { hash, timingSafeEqual } from "node:crypto";

/** Digests a credential; digests have one length, so that comparing them tells nothing of it. */
export function toDigest(credential: string): Buffer {
  return hash("sha256", credential, "buffer");
}

/** The keys of servers, of which only digests are kept. */
export class ApiKeys {
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(toDigest);
  }

  /** Says whether a digest is that of a key. It takes as long for the first key as for the last, or for none. */
  has(digest: Buffer): boolean {
    let matches = 0;
    for (const key of this.#digests) matches += Number(timingSafeEqual(key, digest));
    return matches > 0;
  }
}
