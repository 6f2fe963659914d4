import type { RestQuery } from "@chatnest/api";
import type { Context, Hono } from "hono";
import type { AppDeps } from "../app-deps.ts";
import type { AppEnv } from "../app-env.ts";
import { readJsonObject } from "../http/body.ts";
import { bothForms } from "../http/paths.ts";
import { readTarget } from "../http/target.ts";
import { logCut } from "../log/request-log.ts";
import { sendAnswer, sendStream, toAnswer } from "./answer.ts";
import { joinInput, leaveOut, readQuery, refuseQuery, toNumbers } from "./input.ts";
import { openJsonArray } from "./json-array.ts";
import {
  chooseProcedure,
  type RestOperation,
  type RestProcedure,
  readOperations,
} from "./routes.ts";

/** Serves every procedure that says how REST shows it. */
export function serveRest(app: Hono<AppEnv>, deps: AppDeps): void {
  for (const operation of readOperations()) {
    for (const path of bothForms(operation.path.replaceAll(/\{(\w+)\}/g, ":$1"))) {
      app.on(operation.method, path, (c) => serve(c, operation, deps));
    }
  }
}

async function serve(
  c: Context<AppEnv>,
  operation: RestOperation,
  deps: AppDeps,
): Promise<Response> {
  const query = readQuery(readTarget(c.req.raw, c.env));
  const procedure = chooseProcedure(operation, query);
  const input = await readInput(c, procedure, query);
  const context = {
    store: deps.store,
    caller: { kind: "trusted" },
    requestId: c.get("requestId"),
  } as const;
  const result = await procedure.call(context, input);
  if (isAsyncIterable(result)) return stream(c, result, deps);
  return sendAnswer(c, toAnswer(procedure.route, result, query));
}

async function readInput(
  c: Context<AppEnv>,
  { route, numbers, isLeftOut }: RestProcedure,
  query: RestQuery,
): Promise<Record<string, unknown>> {
  const params = toNumbers(c.req.param(), numbers);
  if (route.method !== "POST") return joinInput(params, toNumbers(query, numbers));
  refuseQuery(query);
  const input = joinInput(params, leaveOut(await readJsonObject(c.req.raw), isLeftOut));
  const value = route.header && c.req.header(route.header.name);
  return route.header && value !== undefined ? route.header.apply(input, value) : input;
}

// A HEAD asks for the headers alone: nothing is read that nobody will be sent.
async function stream(
  c: Context<AppEnv>,
  items: AsyncIterable<unknown>,
  { logger }: AppDeps,
): Promise<Response> {
  if (c.req.method === "HEAD") return sendStream(c, null);
  const array = await openJsonArray(items, (error) => {
    logCut(logger, error, c.get("requestId"));
    // The status is sent: only a cut connection says that the array is not whole.
    const outgoing = c.env?.outgoing;
    outgoing?.destroy();
    return outgoing !== undefined;
  });
  return sendStream(c, array);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
