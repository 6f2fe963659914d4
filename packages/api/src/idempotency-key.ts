import { createHash } from "node:crypto";
import { ChatError } from "./errors.ts";
import type { RestHeader } from "./rest.ts";

const keyPattern = /^[\x20-\x7e]{1,255}$/;

/** The header that makes it safe to repeat a write without an id: draft-ietf-httpapi-idempotency-key-header. */
export const idempotencyKey = {
  name: "Idempotency-Key",
  description:
    "1 to 255 printable ASCII characters. A repeat with the same key, user and conversation is the same write. Cannot be combined with `id`.",
  // HTTP strips the whitespace around the value.
  pattern: "^[!-~](?:[ -~]{0,253}[!-~])?$",
  apply(input, key, caller) {
    if (input["id"] !== undefined) throw invalidKey("cannot be combined with an id");
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
