import type { ChatStore } from "@chatnest/db";
import type { Live } from "./live/index.ts";

/** On whose behalf a procedure runs. A trusted caller may act for any user. */
export interface Caller {
  kind: "trusted";
}

/** What every procedure is given. */
export interface Context {
  store: ChatStore;
  /** Absent where nothing can be followed, as in an import. */
  live?: Live | undefined;
  caller: Caller;
  /** Names the request in answers and logs. */
  requestId: string;
}
