import type { ChatError } from "../errors.ts";

/**
 * How a subscription stands.
 *
 * - `connecting`: it asks the server for its stream.
 * - `live`: everything is handed over as it happens.
 * - `catching_up`: what was missed is being read, and handed over before what is new.
 * - `offline`: the connection is lost; after `retryInMs`, or as soon as a browser is back online, it is tried again.
 * - `closed`: nothing more comes; with an `error` when the server refused for good.
 */
export type LiveState =
  | { status: "connecting" | "live" | "catching_up" }
  | { status: "offline"; error: ChatError; retryInMs: number }
  | { status: "closed"; error?: ChatError };
