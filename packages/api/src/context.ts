import type { ChatStore } from "@chatnest/db";
import type { Live } from "./live/index.ts";

/**
 * On whose behalf a procedure runs. A trusted caller and a server key act for any user; a user acts for itself, until its
 * token ends: `expiresAt` is in ms since 1970.
 */
export type Caller =
  | { kind: "trusted" }
  | { kind: "key" }
  | { kind: "user"; user_id: string; expiresAt: number };

/** What every procedure is given. */
export interface Context {
  store: ChatStore;
  /** Absent where nothing can be followed, as in an import. */
  live?: Live | undefined;
  caller: Caller;
  /** Names the request in answers and logs. */
  requestId: string;
}
