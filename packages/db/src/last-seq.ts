import type { LogStore } from "./ports/log.ts";
import type { Stream } from "./stream.ts";

/**
 * Reads the position of the newest entry of a log; 0 when it is empty.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readLastSeq(log: Pick<LogStore, "heads">, stream: Stream): Promise<number> {
  const heads = await log.heads([stream]);
  return heads.get(stream)?.seq ?? 0;
}
