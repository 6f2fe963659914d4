import { randomUUID } from "node:crypto";
import type { ChatStore } from "@chatnest/db";
import { ChatError } from "./errors.ts";
import type { Live } from "./live/index.ts";

/**
 * On whose behalf a procedure runs.
 * - `trusted`: may act for any user, because of where the request comes from.
 * - `key`: may act for any user, because it has a server key.
 * - `user`: a user with a token, until `expiresAt`, in ms since 1970.
 */
export type Caller =
  | { kind: "trusted" }
  | { kind: "key" }
  | { kind: "user"; user_id: string; expiresAt: number };

/** How long after `expiresAt` a caller is still served, in ms. Clocks may differ by this much. */
export const clockToleranceMs = 30_000;

/** A caller that may act for any user. */
export const trustedCaller: Caller = { kind: "trusted" };

/** What every procedure can use. */
export interface Context {
  store: ChatStore;
  live: Live;
  caller: Caller;
  /** The id of the request in responses and logs. */
  requestId: string;
  /**
   * Counts a send against the limit of its caller.
   * @throws ChatError `too_many_requests`.
   */
  countSend(caller: Caller): Promise<void> | void;
}

/** The parts of a context. */
export interface ContextParts {
  store: ChatStore;
  caller: Caller;
  /** @default following throws `unavailable`, as in an import */
  live?: Live;
  /** @default a random one */
  requestId?: string;
  /** @default no limit */
  countSend?: Context["countSend"];
}

/** Creates the context of one request. */
export function createContext({
  live = nothingLive,
  requestId = randomUUID(),
  countSend = () => {},
  ...parts
}: ContextParts): Context {
  return { ...parts, live, requestId, countSend };
}

const nothingLive: Live = {
  followConversation: refuseToFollow,
  followUser: refuseToFollow,
  close() {},
};

function refuseToFollow(): never {
  throw new ChatError("unavailable", "following is not available here");
}
