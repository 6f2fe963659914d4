import { type Caller, ChatError, trustedCaller } from "@chatnest/api";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { AppEnv } from "../app-env.ts";
import type { Wrap } from "../http/handling.ts";
import { addHeader } from "../http/respond.ts";
import { CallLimit } from "../limits/call-limit.ts";
import { readClientAddress } from "../limits/client-address.ts";
import { readBearer } from "./bearer.ts";
import { type CredentialSettings, createCredentialCheck } from "./credentials.ts";
import { createIdentification, type Identify } from "./identify.ts";
import { checkTrust, type Trust } from "./trust.ts";

/** How callers are told apart. */
export interface AuthenticateOptions {
  /** Who may call without credentials. */
  trust: Trust;
  /** Which credentials are taken; where there are none, those that are sent are ignored. */
  credentials?: CredentialSettings | undefined;
  /** Tells who calls, in the place of both. */
  identify?: Identify | undefined;
  /** How many proxies stand before the server. @default 0 */
  proxyHops?: number | undefined;
  logger: Logger;
}

const failuresPerMinute = 30;

/** Finds out who calls, before a handler runs, or answers 401, 403 or 429. */
export function authenticate(options: AuthenticateOptions): Wrap {
  const { trust, credentials, proxyHops = 0, logger } = options;
  const identified = options.identify && createIdentification(options.identify, logger);
  const check = credentials && createCredentialCheck(credentials);
  const failures = new CallLimit({
    name: "failed-credentials",
    quota: failuresPerMinute,
    windowMs: 60_000,
  });

  async function findCaller(c: Context<AppEnv>): Promise<Caller> {
    const header = c.req.header("authorization");
    if (!check || header === undefined) {
      checkTrust(c, trust);
      return trustedCaller;
    }
    const credential = readBearer(header);
    const caller = credential === undefined ? unreadable : await check(credential);
    if ("kind" in caller) return caller;

    logger.debug({ reason: caller.reason, request_id: c.get("requestId") }, "credentials refused");
    // Good credentials never come here, whoever fails behind the same address. Nor are those counted that once were good:
    // their holder has to hear that they ended.
    if (!caller.isSigned) await failures.spend(readClientAddress(c, proxyHops));
    addHeader(c, "www-authenticate", 'Bearer error="invalid_token"');
    throw new ChatError("unauthorized", "the credentials are wrong, or have ended");
  }

  return (handler) => async (c, next) => {
    c.set("caller", await (identified ?? findCaller)(c));
    return handler(c, next);
  };
}

const unreadable = { reason: "no Bearer token", isSigned: false } as const;
