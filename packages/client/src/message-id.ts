import { platform } from "./platform.ts";

/**
 * Creates a message id, a UUIDv7 (RFC 9562, section 5.7).
 *
 * Pass it to `send` to know the id before the answer arrives, and to send again without storing the message twice.
 * @example
 * ```ts
 * const id = createMessageId();
 * await chat.messages.send({ id, user_id: "ada", content: "Hello", conversation_id: "tea" });
 * ```
 */
export function createMessageId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const bytes = platform.crypto.getRandomValues(new Uint8Array(10));
  // The variant is the bits 10 at the start of the fourth group.
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f);
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(1, 4)}`,
    random.slice(4, 8),
    random.slice(8),
  ].join("-");
}
