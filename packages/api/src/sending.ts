import { createHash, randomUUIDv7 } from "node:crypto";
import { isStoreError, type Message, type NewMessage, toMessage } from "@chatnest/db";
import type { Context } from "./context.ts";
import { ChatError, toChatError } from "./errors.ts";
import type { RestHeader } from "./rest.ts";

/** A stored message, and whether this call stored it. */
export interface Sent {
  message: Message;
  created: boolean;
}

/**
 * Stores a message under the given id, else a UUIDv7.
 * @throws ChatError `unavailable`, with the id, so that the message can be sent again.
 * @throws StoreError `conflict`, `not_member`, `invalid`.
 */
export async function send(
  { store, caller }: Context,
  message: Omit<NewMessage, "id" | "kind"> & { id?: string | undefined },
): Promise<Sent> {
  const id = message.id ?? randomUUIDv7();
  try {
    const { entry, created } = await store.log.append(
      { ...message, kind: "message", id },
      { admission: caller.kind === "user" ? "members_only" : "join" },
    );
    return { message: toMessage(entry), created };
  } catch (error) {
    if (!isStoreError(error) || toChatError(error).code !== "unavailable") throw error;
    const text =
      "the store is unavailable; the message may have been stored: send it again with this id";
    throw new ChatError("unavailable", text, { id, cause: error });
  }
}

const keyPattern = /^[\x20-\x7e]{1,255}$/;

/** The header that makes it safe to repeat a send without an id: draft-ietf-httpapi-idempotency-key-header. */
export const idempotencyKey = {
  name: "Idempotency-Key",
  description:
    "1 to 255 printable ASCII characters. A repeat with the same key, user and conversation is the same message. Cannot be combined with `id`.",
  // HTTP strips the whitespace around the value.
  pattern: "^[!-~](?:[ -~]{0,253}[!-~])?$",
  apply(input, key, caller) {
    if (input["id"] !== undefined) throw invalidKey("cannot be combined with an id in the body");
    if (!keyPattern.test(key)) throw invalidKey("1 to 255 printable ASCII characters");
    const user_id = input["user_id"] ?? (caller.kind === "user" ? caller.user_id : null);
    const scope = [user_id, input["conversation_id"] ?? null, key];
    const id = createHash("sha256").update(JSON.stringify(scope)).digest("base64url");
    return { ...input, id };
  },
} satisfies RestHeader;

function invalidKey(message: string): ChatError {
  const path = idempotencyKey.name;
  const issues = [{ path, code: "invalid_value", message }];
  return new ChatError("validation_failed", `${path}: ${message}`, { issues });
}
