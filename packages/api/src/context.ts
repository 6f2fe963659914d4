import { randomUUID } from "node:crypto";
import type { ChatStore } from "@chatnest/db";
import type { Caller } from "./caller.ts";
import { ChatError } from "./errors.ts";
import type { RunningHooks } from "./hooks/running-hooks.ts";
import type { Live } from "./live/index.ts";
import type { Restrictions } from "./restrictions.ts";

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
  hooks?: RunningHooks | undefined;
  /** Who may call less than the table of rules says. */
  restrictions?: Restrictions | undefined;
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
  /** @default none */
  hooks?: Context["hooks"];
  /** @default none */
  restrictions?: Context["restrictions"];
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
