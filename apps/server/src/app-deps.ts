import type { Live, Restrictions, RunningHooks } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import type { Logger } from "pino";
import type { CredentialSettings } from "./auth/credentials.ts";
import type { Identify } from "./auth/identify.ts";
import type { Trust } from "./auth/trust.ts";
import type { Answered } from "./http/answered.ts";
import type { StreamLimits, StreamSlots } from "./http/stream-slots.ts";
import type { PageFile } from "./page/page-files.ts";

/** What the server is made of. */
export interface AppDeps {
  store: ChatStore;
  live: Live;
  logger: Logger;
  /** Whether a line is logged for each request. @default true */
  logsRequests?: boolean;
  /** Called when the answer to a request begins. */
  onAnswered?(answered: Answered): void;
  /** Whether what is answered comes with the header `traceparent`. @default false */
  isTraced?: boolean;
  /** Returns what `/metrics` answers, in the text format of Prometheus. @default there is no such path */
  readMetrics?(): Promise<string>;
  /** Who may call without credentials. */
  trust: Trust;
  /** Which credentials it takes; where there are none, those that are sent are ignored. */
  credentials?: CredentialSettings | undefined;
  /** Tells who calls, in the place of credentials and trust. */
  identify?: Identify | undefined;
  /** What an application adds to sending. */
  hooks?: RunningHooks | undefined;
  /** Who may call less than the table of rules says. */
  restrictions?: Restrictions | undefined;
  /** The path that everything is served under: `/chat`, without a slash at its end. @default none */
  basePath?: string | undefined;
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
  /** The slots of both, where somebody else counts them. @default made of these limits */
  slots?: { live: StreamSlots; reads: StreamSlots };
  /** The files of the page at `/`. @default none: `/` leads to the documentation */
  page?: readonly PageFile[];
  /** Whether the server is on its way down, and takes no more than one request on each connection. */
  isDraining(): boolean;
}
