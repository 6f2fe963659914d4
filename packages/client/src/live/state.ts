import type { ChatError } from "../errors.ts";

/**
 * The state of a subscription.
 *
 * - `connecting`: it connects to the server.
 * - `live`: events are handed over as they happen.
 * - `catching_up`: missed messages are read and handed over before new ones.
 * - `offline`: the connection is lost; it reconnects after `retryInMs`, or sooner: when a browser is back online, or another request of
 *   the client finds the server again.
 * - `closed`: it has ended; with an `error` when the server refused for good.
 */
export type LiveState =
  | { status: "connecting" | "live" | "catching_up" }
  | { status: "offline"; error: ChatError; retryInMs: number }
  | { status: "closed"; error?: ChatError };
