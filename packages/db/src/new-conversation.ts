import { createHash } from "node:crypto";
import { StoreError } from "./errors.ts";
import { isId, membersShownMax } from "./limits.ts";
import type { NewConversation } from "./ports/conversations.ts";

/**
 * Refuses a conversation that a store could not keep.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkNewConversation({ id, user_ids }: NewConversation): void {
  if (!isId(id)) throw new StoreError("invalid", "a conversation cannot have this id");
  const isList =
    user_ids.length >= 1 &&
    user_ids.length <= membersShownMax &&
    new Set(user_ids).size === user_ids.length &&
    user_ids.every(isId);
  if (!isList) throw new StoreError("invalid", "a conversation cannot have these user_ids");
}

/** Condenses a set of members, whatever their order, so that a repeated create can be told from another one. */
export function hashOfMembers(userIds: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([...userIds].sort()))
    .digest("base64url");
}

/** Makes the error of an id that was created with other members. */
export function otherMembers(id: string): StoreError {
  return new StoreError("conflict", `the conversation ${id} was created with other members`);
}
