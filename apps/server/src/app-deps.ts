import type { Live } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import type { Logger } from "pino";
import type { CredentialSettings } from "./auth/credentials.ts";
import type { Trust } from "./auth/trust.ts";
import type { StreamLimits } from "./http/stream-slots.ts";
import type { PageFile } from "./page/page-files.ts";

/** What the server is made of. */
export interface AppDeps {
  store: ChatStore;
  live: Live;
  logger: Logger;
  /** Who may call without credentials. */
  trust: Trust;
  /** Which credentials it takes; where there are none, those that are sent are ignored. */
  credentials?: CredentialSettings | undefined;
  /** How many proxies stand before the server. @default 0 */
  proxyHops?: number;
  /** How many messages a user may send a second, on average; 0 is no limit. @default 0 */
  sendsPerSecond?: number;
  /** The origins whose pages may read what the server answers. */
  corsOrigins: readonly string[];
  /** How many may listen to what happens, at a time. */
  streamLimits?: StreamLimits;
  /** How many whole histories and inboxes may be read at a time. @default 500 in all, 20 of one user */
  readLimits?: StreamLimits;
  /** The files of the page at `/`. @default none: `/` leads to the documentation */
  page?: readonly PageFile[];
  /** Whether the server is on its way down, and takes no more than one request on each connection. */
  isDraining(): boolean;
}
