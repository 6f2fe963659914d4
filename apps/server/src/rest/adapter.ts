import type { AnyTRPCRouter } from "@trpc/server";
import type { Context, Handler } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { BorderParts } from "../border.ts";
import { plainResponseOf, webAnswerOf } from "../http/ending.ts";
import { leaveUnserved } from "../http/methods.ts";
import { bothForms } from "../http/paths.ts";
import type { Routes } from "../http/routes.ts";
import type { StreamSlots } from "../http/stream-slots.ts";
import { readTarget } from "../http/target.ts";
import type { Ending } from "../http/web-answer.ts";
import { logCut } from "../log/request-log.ts";
import { sendAnswer, sendStream, toAnswer } from "./answer.ts";
import { serveEvents } from "./events/serve-events.ts";
import { readGiven, readInput, readQuery } from "./input.ts";
import { openJsonArray } from "./json-array.ts";
import { findUnserved } from "./names.ts";
import {
  chooseProcedure,
  isFollowed,
  type RestOperation,
  readOperations,
  sortBySpecificity,
  toPattern,
} from "./routes.ts";

/** Serves every procedure that says how REST shows it. */
export function serveRest(routes: Routes, router: AnyTRPCRouter, parts: BorderParts): void {
  for (const operation of sortBySpecificity(readOperations(router))) {
    const serve = operation.procedures.some(isFollowed)
      ? serveEvents(operation, parts)
      : serveAnswers(operation, parts);
    routes.on(operation.method, bothForms(toPattern(operation.path)), serve);
  }
}

/** Leaves to no handler what `serveRest` must not serve; comes before it. */
export function leaveNames(app: Routes, router: AnyTRPCRouter): void {
  for (const { method, path } of findUnserved(readOperations(router))) {
    app.on(method, bothForms(toPattern(path)), leaveUnserved);
  }
}

function serveAnswers(operation: RestOperation, parts: BorderParts): Handler<AppEnv> {
  return async (c) => {
    const query = readQuery(readTarget(c.req.raw, c.env));
    const given = await readGiven(c, operation, query);
    const procedure = chooseProcedure(operation, given);
    const input = readInput(c, procedure, given);
    const result = await procedure.call(parts.contextOf(c), input);
    if (isAsyncIterable(result)) return stream(c, result, parts);
    return sendAnswer(c, toAnswer(procedure, result, query));
  };
}

// A HEAD asks for the headers alone: nothing is read that nobody will be sent.
async function stream(
  c: Context<AppEnv>,
  items: AsyncIterable<unknown>,
  { logger, reads }: BorderParts,
): Promise<Response> {
  if (c.req.method === "HEAD") return sendStream(c, null);
  const response = plainResponseOf(c);
  const answer = response ? undefined : webAnswerOf(c);
  holdSlot(c, reads, response ?? webAnswerOf(c));
  try {
    const array = await openJsonArray(items, (error) => {
      logCut(logger, error, c.get("requestId"));
      // The status is sent: only a cut connection says that the array is not whole.
      response?.destroy();
      return response !== undefined;
    });
    return sendStream(c, answer ? answer.carry(array) : array);
  } catch (error) {
    answer?.close();
    throw error;
  }
}

/** Lets a caller hold a slot until its answer has ended. */
function holdSlot(c: Context<AppEnv>, slots: StreamSlots, ending: Ending): void {
  const free = slots.takeFor(c.get("caller"));
  if (ending.closed) free();
  else ending.once("close", free);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
