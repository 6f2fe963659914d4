import type { ReactorRange } from "../ports/messages.ts";

/** Returns the position after which the reactions with a key lie that come after another reaction, maybe with another key. */
export function seqBefore(key: string, after: ReactorRange["after"]): number {
  if (!after) return 0;
  // As both databases compare texts.
  const order = Buffer.compare(Buffer.from(key), Buffer.from(after.key));
  if (order === 0) return after.seq;
  return order > 0 ? 0 : Number.MAX_SAFE_INTEGER;
}
