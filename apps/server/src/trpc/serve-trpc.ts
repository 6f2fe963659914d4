import {
  type Context as ApiContext,
  appRouter,
  ChatError,
  toChatError,
  toTrpcError,
} from "@chatnest/api";
import type { TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { getErrorShape } from "@trpc/server/shared";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { BorderParts } from "../border.ts";
import { checkShape, readJsonText } from "../http/body.ts";
import { plainResponseOf, webAnswerOf } from "../http/ending.ts";
import type { Heartbeat } from "../http/heartbeat.ts";
import { completeHeaders, respond } from "../http/respond.ts";
import { retryHeaders } from "../http/retry-after.ts";
import type { Routes } from "../http/routes.ts";
import { logFailure } from "../log/request-log.ts";
import { toPingedStream } from "./pings.ts";

const endpoint = "/trpc";
const batchSizeMax = 10;

/** Says whether a path is tRPC's, whose errors have a shape of their own. */
export function isTrpcPath(path: string): boolean {
  return path === endpoint || path.startsWith(`${endpoint}/`);
}

/** Serves every procedure to typed clients. */
export function serveTrpc(routes: Routes, { contextOf, heartbeat, logger }: BorderParts): void {
  routes.on(["GET", "POST"], [`${endpoint}/*`], async (c) => {
    const requestId = c.get("requestId");
    const response = await fetchRequestHandler({
      endpoint: endpointOf(c),
      router: appRouter,
      req: await readRequest(c),
      maxBatchSize: batchSizeMax,
      createContext: () => contextOf(c),
      onError: ({ error }) => logFailure(logger, error, requestId),
      responseMeta: ({ errors }) => ({ headers: toHeaders(errors) }),
    });
    const headers = completeHeaders(c, Object.fromEntries(response.headers));
    // Left out by tRPC where a request failed as a whole.
    if (response.status !== 204) headers["content-type"] ??= "application/json";
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return isEventStream(response) ? keepAlive(c, response, heartbeat) : response;
  });
}

// A router of Node's may have taken the base path away already.
function endpointOf({ env, req }: Context<AppEnv>): string {
  const based = `${env?.basePath ?? ""}${endpoint}`;
  if (based === endpoint) return endpoint;
  return new URL(req.url).pathname.startsWith(`${based}/`) ? based : endpoint;
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

function keepAlive(c: Context<AppEnv>, response: Response, heartbeat: Heartbeat): Response {
  if (!response.body) return response;
  const { body, ping } = toPingedStream(response.body);
  const outgoing = plainResponseOf(c);
  if (outgoing) {
    heartbeat.follow(outgoing, ping);
    return new Response(body, response);
  }
  const answer = webAnswerOf(c);
  if (!answer.closed) heartbeat.follow(answer, ping);
  return new Response(answer.carry(body), response);
}

/** Answers with an error as tRPC's own are. */
export function sendTrpcError(
  c: Context<AppEnv>,
  error: ChatError,
  headers: Record<string, string> = {},
): Response {
  const trpcError = toTrpcError(error);
  const shape = getErrorShape({
    config: appRouter._def._config,
    error: trpcError,
    type: "unknown",
    path: undefined,
    input: undefined,
    ctx: { requestId: c.get("requestId") } as ApiContext,
  });
  return respond(c, {
    status: shape.data.httpStatus,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...retryHeaders(error),
      ...headers,
    },
    body: JSON.stringify({ error: shape }),
  });
}

// tRPC would read a body of any size, type and depth, and turn broken UTF-8 into other text: here it gets what was checked.
async function readRequest(c: Context<AppEnv>): Promise<Request> {
  const request = c.req.raw;
  const accept = request.headers.get("accept") ?? "";
  if (request.headers.has("trpc-accept") || accept.includes("application/jsonl")) {
    throw new ChatError(
      "unsupported_media_type",
      "ask for JSON: what is streamed is for REST alone",
    );
  }
  if (request.method === "POST") {
    const text = await readJsonText(request);
    return Object.defineProperty(request, "text", { value: async () => text });
  }
  checkShape(new URL(request.url).searchParams.get("input") ?? "");
  return request;
}

function toHeaders(errors: readonly TRPCError[]): Headers {
  const temporary = errors
    .map(toChatError)
    .find(({ code }) => code === "unavailable" || code === "too_many_requests");
  return new Headers({ "cache-control": "no-store", ...(temporary && retryHeaders(temporary)) });
}
