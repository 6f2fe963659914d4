import { ChatError, toChatError } from "@chatnest/api";
import { isStoreError } from "@chatnest/db";
import type { Logger } from "pino";
import type { Answered } from "../http/answered.ts";

/** Makes a function that logs one line for a request, never its path, query, headers or body. */
export function createRequestLog(logger: Logger): (answered: Answered) => void {
  return ({ method, pattern, status, ms, requestId, userId }) => {
    if (!logger.isLevelEnabled("info")) return;
    const fields = {
      method,
      path: pattern,
      status,
      ms: Math.round(ms * 10) / 10,
      request_id: requestId,
    };
    logger.info(userId === undefined ? fields : { ...fields, user_id: userId }, "request");
  };
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
