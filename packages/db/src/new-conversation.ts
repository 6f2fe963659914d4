import { createHash } from "node:crypto";
import { StoreError } from "./errors.ts";
import { isId, isTitle, membersShownMax } from "./limits.ts";
import { isMetadata } from "./metadata.ts";
import type { ConversationChange, NewConversation } from "./ports/conversations.ts";

/**
 * Checks a new conversation.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkNewConversation({ id, user_ids }: NewConversation): void {
  if (!isId(id)) throw new StoreError("invalid", "not a valid id of a conversation");
  const isList =
    user_ids.length >= 1 &&
    user_ids.length <= membersShownMax &&
    new Set(user_ids).size === user_ids.length &&
    user_ids.every(isId);
  if (!isList)
    throw new StoreError("invalid", `user_ids must be 1 to ${membersShownMax} different ids`);
}

/**
 * Checks what is to be changed of a conversation.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkConversationChange({ title, metadata }: ConversationChange): void {
  if (title != null && !isTitle(title)) {
    throw new StoreError("invalid", "title: not a valid title", { field: "title" });
  }
  if (metadata != null && !isMetadata(metadata)) {
    throw new StoreError("invalid", "metadata: cannot be stored", { field: "metadata" });
  }
}

/** Hashes a set of members, independent of their order, to tell a repeated create from a different one. */
export function hashOfMembers(userIds: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([...userIds].sort()))
    .digest("base64url");
}

/** Makes the error for an id whose conversation was created with other members. */
export function otherMembers(id: string): StoreError {
  return new StoreError("conflict", `the conversation ${id} was created with other members`);
}
