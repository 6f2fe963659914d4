import { randomUUID } from "node:crypto";
import type { ChatStore } from "@chatnest/db";
import type { Caller } from "./caller.ts";
import { ChatError } from "./errors.ts";
import type { Live } from "./live/index.ts";

/** What every procedure is given. */
export interface Context {
  store: ChatStore;
  live: Live;
  caller: Caller;
  /** Names the request in answers and logs. */
  requestId: string;
  /**
   * Counts a send against the limit of its caller.
   * @throws ChatError `too_many_requests`
   */
  countSend(caller: Caller): Promise<void> | void;
}

/** What a context is made of. */
export interface ContextParts {
  store: ChatStore;
  caller: Caller;
  /** @default nothing can be followed, as in an import */
  live?: Live;
  /** @default a random one */
  requestId?: string;
  /** @default no limit */
  countSend?: Context["countSend"];
}

/** Makes what the procedures of one request are given. */
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
  throw new ChatError("unavailable", "nothing can be followed here");
}
