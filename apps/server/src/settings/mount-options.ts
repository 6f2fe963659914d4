import type { Hooks, Restrictions } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import type { Logger } from "pino";
import type { CredentialSettings } from "../auth/credentials.ts";
import type { Identify } from "../auth/identify.ts";
import type { Trust } from "../auth/trust.ts";
import { checkCredentials } from "./mount-credentials.ts";
import { isOrigin } from "./values.ts";

/** Where the data is: a store that is open and stays so, a file (`:memory:` keeps nothing), or the URI of a MongoDB. */
export type StoreOption = ChatStore | { sqlite: string } | { mongodb: string };

/** How ChatNest is mounted in a server. */
export interface ChatNestOptions {
  store: StoreOption;
  /**
   * Tells who makes a request, in the place of keys and tokens. Without it, `credentials` or `trust` says who is let in; one of
   * the three is required.
   */
  authenticate?: Identify | undefined;
  /** Server keys and user tokens. */
  credentials?: CredentialSettings | undefined;
  /**
   * Who may call without credentials, for any user: `everyone`, or `loopback` if the server listens on loopback alone.
   * @default "nobody"
   */
  trust?: Trust | undefined;
  /** Procedures that only servers may call, or nobody: `{ "messages.edit": "servers" }`. */
  rules?: Restrictions | undefined;
  hooks?: Hooks | undefined;
  /** How long `before.send` may take, in ms, at most 10000. @default 2000 */
  hookTimeoutMs?: number | undefined;
  /** The path that it is served under, as the client sends it: `/chat`. @default none */
  basePath?: string | undefined;
  /** Origins whose pages may call it from a browser. @default none */
  corsOrigins?: readonly string[] | undefined;
  /** How many messages a user may send a second, on average; 0 is no limit. @default 50 */
  sendsPerSecond?: number | undefined;
  /** How many proxies stand before the server. @default 0 */
  proxyHops?: number | undefined;
  /** Where it logs. @default JSON lines on standard output, warnings and errors */
  logger?: Logger | undefined;
}

const hookTimeoutMsMax = 10_000;
const sendsPerSecondMax = 1_000_000;
const proxyHopsMax = 16;
const basePathPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[\w\-.~]+)+$/;

const optionNames = Object.keys({
  store: true,
  authenticate: true,
  credentials: true,
  trust: true,
  rules: true,
  hooks: true,
  hookTimeoutMs: true,
  basePath: true,
  corsOrigins: true,
  sendsPerSecond: true,
  proxyHops: true,
  logger: true,
} satisfies Record<keyof ChatNestOptions, true>);

/**
 * Checks the options of a ChatNest that is mounted in a server, before anything is opened.
 * @throws TypeError
 */
export function checkOptions(options: ChatNestOptions): void {
  checkNames("createChatNest", options, optionNames);
  const { hookTimeoutMs = 1, sendsPerSecond = 0, proxyHops = 0 } = options;
  checkStore(options.store);
  checkCallers(options);
  checkHooks(options);
  checkNumber("hookTimeoutMs", hookTimeoutMs, { min: 1, max: hookTimeoutMsMax });
  checkNumber("sendsPerSecond", sendsPerSecond, { min: 0, max: sendsPerSecondMax });
  checkNumber("proxyHops", proxyHops, { min: 0, max: proxyHopsMax });
  checkBasePath(options.basePath);
  checkOrigins(options.corsOrigins ?? []);
}

function checkStore(store: unknown): void {
  const { sqlite, mongodb, ping } = isObject(store) ? store : {};
  const isNamed = [sqlite, mongodb].some((place) => typeof place === "string" && place !== "");
  if (isNamed || typeof ping === "function") return;
  throw new TypeError('store: give a store that is open, { sqlite: "FILE" } or { mongodb: "URI" }');
}

function checkCallers({ authenticate, credentials, trust = "nobody" }: ChatNestOptions): void {
  const ways = [authenticate, credentials, trust === "nobody" ? undefined : trust];
  const given = ways.filter((way) => way !== undefined);
  if (given.length === 0) {
    throw new TypeError('say who is let in: authenticate, credentials, or trust: "everyone"');
  }
  if (given.length > 1) {
    throw new TypeError("authenticate, credentials and trust exclude each other: give one of them");
  }
  if (!["nobody", "loopback", "everyone"].includes(trust)) {
    throw new TypeError('trust: can only be "loopback", "everyone" or "nobody"');
  }
  checkFunction("authenticate", authenticate);
  if (credentials !== undefined) checkCredentials(credentials);
}

// A hook that is misspelled would never be called, which nobody would notice.
function checkHooks({ hooks = {} }: ChatNestOptions): void {
  checkNames("hooks", hooks, ["before", "on"]);
  const { before = {}, on = {} } = hooks;
  checkNames("hooks.before", before, ["send"]);
  checkNames("hooks.on", on, ["message"]);
  checkFunction("hooks.before.send", before.send);
  checkFunction("hooks.on.message", on.message);
}

function checkBasePath(basePath: unknown): void {
  if (basePath === undefined) return;
  if (typeof basePath === "string" && basePathPattern.test(basePath)) return;
  throw new TypeError("basePath: begins with a slash and ends without one, such as /chat");
}

// In a text, unlike in a list, a part of an origin would be found, too.
function checkOrigins(origins: unknown): void {
  const isList = Array.isArray(origins);
  if (isList && origins.every((origin) => typeof origin === "string" && isOrigin(origin))) return;
  throw new TypeError(
    "corsOrigins: a list of origins as browsers send them, such as https://chat.example.com",
  );
}

function checkNumber(name: string, value: unknown, { min, max }: { min: number; max: number }) {
  const isInRange = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  if (!isInRange) throw new TypeError(`${name}: a whole number from ${min} to ${max}`);
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`${name}: must be a function`);
}

function checkNames(where: string, given: unknown, names: readonly string[]): void {
  if (!isObject(given)) throw new TypeError(`${where}: must be an object`);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${where}: there is no ${unknown}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
