import type { ChatStore } from "@chatnest/db";

/** On whose behalf a procedure runs. A trusted caller may act for any user. */
export interface Caller {
  kind: "trusted";
}

/** What every procedure is given. */
export interface Context {
  store: ChatStore;
  caller: Caller;
  /** Names the request in answers and logs. */
  requestId: string;
}
