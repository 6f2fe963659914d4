import { ChatError, toChatError } from "@chatnest/api";
import { isStoreError } from "@chatnest/db";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { AppEnv } from "../app-env.ts";

/** What is logged of an answer. */
export interface Answered {
  /** When the request came, in ms as `performance.now` counts. */
  startedAt: number;
  status: number;
}

/** Logs one line for a request when its answer begins, never its query, headers or body. */
export function logRequest(
  logger: Logger,
  c: Context<AppEnv>,
  { startedAt, status }: Answered,
): void {
  if (!logger.isLevelEnabled("info")) return;
  logger.info(
    {
      method: c.req.method,
      path: c.req.path,
      status,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      request_id: c.get("requestId"),
    },
    "request",
  );
}

/** How long no further reason for being unavailable is logged, in ms: it is the same for every request. */
const saidForMs = 5_000;
const saidAt = new WeakMap<Logger, number>();

/** Logs an error that clients see nothing of, and why the store or a key set cannot be reached. */
export function logFailure(logger: Logger, error: unknown, requestId: string): void {
  const { code, message } = toChatError(error);
  if (code === "internal") {
    logger.error({ err: toLogged(error), request_id: requestId }, "request failed");
  }
  if (code === "unavailable") logAway(logger, error, message);
}

function logAway(logger: Logger, error: unknown, text: string): void {
  const reason = rootOf(error);
  // Our own words say no more than the answer does.
  if (reason instanceof ChatError || isStoreError(reason)) return;
  if (performance.now() - (saidAt.get(logger) ?? Number.NEGATIVE_INFINITY) < saidForMs) return;
  saidAt.set(logger, performance.now());
  logger.warn({ reason: reason.message }, text);
}

function rootOf(error: unknown): Error {
  let root = error instanceof Error ? error : new Error(typeof error);
  while (root.cause instanceof Error) root = root.cause;
  return root;
}

/** Logs an error that cut an answer off half-way. */
export function logCut(logger: Logger, error: unknown, requestId: string): void {
  logger.error({ err: toLogged(error), request_id: requestId }, "answer cut off half-way");
}

/** Converts an error to what is logged of it: not the error itself, since one of a database contains the data to store. */
export function toLogged(error: unknown): { stack: string } {
  const stacks: string[] = [];
  for (let at = error; at !== undefined && stacks.length < 5; ) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : typeof at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return { stack: stacks.join("\ncaused by: ") };
}
