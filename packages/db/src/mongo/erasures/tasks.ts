import { readTimeoutMs } from "../../deadlines.ts";
import { inMode, newPseudonym } from "../../erasure/pseudonym.ts";
import type { Erasure, ErasureMode } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import { isDuplicateKey } from "../connection/errors.ts";
import type { ErasureDocument } from "../documents.ts";

/**
 * Stores that an erasure has begun, or finds it.
 * @throws StoreError `conflict` when it has begun in the other mode.
 */
export async function beginErasure(
  { erasures }: Pick<Connection, "erasures">,
  user_id: string,
  mode: ErasureMode,
): Promise<Erasure> {
  try {
    const document = { _id: user_id, pseudonym: newPseudonym(), mode };
    await erasures.insertOne(document);
    return toErasure(document);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const known = await erasures.findOne({ _id: user_id }, { maxTimeMS: readTimeoutMs });
  // Another process has just finished it.
  if (!known) return beginErasure({ erasures }, user_id, mode);
  return inMode(toErasure(known), mode);
}

/** Forgets an erasure, and with it the pseudonym. */
export async function endErasure(
  { erasures }: Pick<Connection, "erasures">,
  { user_id, pseudonym }: Erasure,
): Promise<void> {
  await erasures.deleteOne({ _id: user_id, pseudonym });
}

/** Reads what is stored of an erasure. */
export function toErasure({ _id, pseudonym, mode }: ErasureDocument): Erasure {
  return { user_id: _id, pseudonym, mode };
}
