import type { LogStore } from "./ports/log.ts";
import type { Stream } from "./stream.ts";

/**
 * Reads the head of a log; 0 when the log is empty.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readHead(log: Pick<LogStore, "heads">, stream: Stream): Promise<number> {
  const heads = await log.heads([stream]);
  return heads.get(stream)?.seq ?? 0;
}
