import type { Logger } from "pino";
import type { Heartbeat } from "./http/heartbeat.ts";
import type { StreamSlots } from "./http/stream-slots.ts";
import type { ContextOf } from "./request-context.ts";

/** What each border to the procedures is given. */
export interface BorderParts {
  contextOf: ContextOf;
  /** The one of all streams, whichever border they leave by. */
  heartbeat: Heartbeat;
  /** The slots of histories and inboxes that are read whole. */
  reads: StreamSlots;
  logger: Logger;
}
