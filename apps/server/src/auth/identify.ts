import { type Caller, ChatError, callInTime, clockToleranceMs, type Identity } from "@chatnest/api";
import { isId } from "@chatnest/db";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { AppEnv } from "../app-env.ts";
import { addHeader } from "../http/respond.ts";
import { toLogged } from "../log/request-log.ts";

/** A user, until its session ends. */
export interface IdentifiedUser {
  user_id: string;
  /** A time, or ISO 8601. Live streams end then. @default never */
  expires_at?: string | Date | undefined;
}

/** Who makes a request: a user, a server that may act for any user, or nobody who is known. */
export type Identified = IdentifiedUser | Extract<Identity, "server"> | null;

/**
 * Finds out who makes a request, from its headers. It must not read the body. When it throws, or takes longer than 5 s, the
 * request is answered with 503.
 */
export type Identify = (request: Request) => Identified | Promise<Identified>;

/** How long it may take, in ms. */
const timeoutMsDefault = 5_000;

/** Makes a function that returns the caller of a request. It throws ChatError `unauthorized` or `unavailable`. */
export function createIdentification(
  identify: Identify,
  logger: Logger,
  timeoutMs = timeoutMsDefault,
): (c: Context<AppEnv>) => Promise<Caller> {
  async function find(c: Context<AppEnv>): Promise<Caller | null> {
    try {
      return toCaller(await callInTime(async () => identify(c.req.raw), timeoutMs));
    } catch (error) {
      logger.error({ err: toLogged(error), request_id: c.get("requestId") }, "authenticate failed");
      throw new ChatError("unavailable", "callers cannot be identified; try again");
    }
  }

  return async (c) => {
    const caller = await find(c);
    if (!caller) throw refuse(c, "the credentials are missing, or wrong");
    if (caller.kind === "user" && caller.expiresAt + clockToleranceMs <= Date.now()) {
      throw refuse(c, "the credentials have ended");
    }
    return caller;
  };
}

function refuse(c: Context<AppEnv>, text: string): ChatError {
  addHeader(c, "www-authenticate", "Bearer");
  return new ChatError("unauthorized", text);
}

function toCaller(identified: unknown): Caller | null {
  if (identified === null) return null;
  if (identified === "server") return { kind: "key" };
  if (typeof identified !== "object" || !("user_id" in identified)) {
    throw new Error("authenticate returned neither a user nor server nor null");
  }
  const { user_id, expires_at } = identified as Record<keyof IdentifiedUser, unknown>;
  if (typeof user_id !== "string" || !isId(user_id)) {
    throw new Error("authenticate returned a user_id that is no user id");
  }
  return { kind: "user", user_id, expiresAt: toTime(expires_at) };
}

function toTime(expiresAt: unknown): number {
  if (expiresAt == null) return Number.POSITIVE_INFINITY;
  const time =
    expiresAt instanceof Date || typeof expiresAt === "string"
      ? new Date(expiresAt).getTime()
      : Number.NaN;
  if (Number.isNaN(time)) throw new Error("authenticate returned an expires_at that is no time");
  return time;
}
