import { randomUUIDv7 } from "node:crypto";
import { type Appended, isStoreError, type NewEntry } from "@chatnest/db";
import type { Context } from "./context.ts";
import { ChatError, toChatError } from "./errors.ts";
import { requireMentioned } from "./mentioning.ts";

/** An entry whose id the server may choose. */
export type Unidentified<TEntry extends NewEntry> = TEntry extends NewEntry
  ? Omit<TEntry, "id"> & { id?: string | undefined }
  : never;

/**
 * Stores an entry under its id, else a UUIDv7, and reads what the answer needs.
 * @throws ChatError `unavailable`, with the id, so that the call can be repeated; `validation_failed` when a message mentions a
 * user who is not a member.
 * @throws StoreError `conflict`, `changed`, `not_found`, `not_member`, `invalid`.
 */
export async function appendEntry<TAnswer>(
  { store, caller }: Context,
  entry: Unidentified<NewEntry>,
  toAnswer: (appended: Appended) => TAnswer | Promise<TAnswer>,
): Promise<TAnswer> {
  const id = entry.id ?? randomUUIDv7();
  return namingId({ id, kind: entry.kind }, async () => {
    if (entry.kind === "message" && entry.mentions) await requireMentioned(store, entry, id);
    const admission = caller.kind === "user" ? "members_only" : "join";
    return toAnswer(await store.log.append({ ...entry, id }, { admission }));
  });
}

/**
 * Names the id of an entry in the error of a call whose outcome is unknown.
 * @throws ChatError `unavailable`, with the id, or whatever `run` throws.
 */
export async function namingId<TAnswer>(
  { id, kind }: Pick<NewEntry, "id" | "kind">,
  run: () => Promise<TAnswer>,
): Promise<TAnswer> {
  try {
    return await run();
  } catch (error) {
    if (!isStoreError(error) || toChatError(error).code !== "unavailable") throw error;
    const what = kind === "message" ? "message" : "change";
    const repeat = kind === "message" ? "send it again" : "repeat it";
    const text = `the store is unavailable; the ${what} may have been stored: ${repeat} with this id`;
    throw new ChatError("unavailable", text, { id, cause: error });
  }
}
