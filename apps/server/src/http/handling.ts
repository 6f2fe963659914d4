import { randomUUID } from "node:crypto";
import { ChatError, toChatError } from "@chatnest/api";
import type { Context, Handler } from "hono";
import type { Logger } from "pino";
import type { AppEnv } from "../app-env.ts";
import { logFailure } from "../log/request-log.ts";
import { type Answered, createPatternOf, toMethod } from "./answered.ts";
import type { Sharing } from "./cors.ts";
import { findAmbiguity } from "./framing.ts";
import type { SendError } from "./methods.ts";
import { addHeader } from "./respond.ts";
import { checkTarget, readTarget } from "./target.ts";

/** What every handler is wrapped in. */
export interface HandlingOptions {
  logger: Logger;
  sharing: Sharing;
  /** Whether the server is on its way down, and takes no more than one request on each connection. */
  isDraining(): boolean;
  sendError: SendError;
  /** Called when the answer to a request begins, whatever it is. It must not throw. */
  onAnswered(answered: Answered): void;
  /** Whether it is told the header `traceparent`. @default false */
  isTraced?: boolean;
}

/** Makes a handler of another one, which is registered for a path. */
export type Wrap = (handler: Handler<AppEnv>, path?: string) => Handler<AppEnv>;

/**
 * Gives every request its id and the headers of its response, refuses what can be read in two ways, and answers errors.
 * It is one function, since each middleware costs a request more than what it does.
 */
export function createHandling(options: HandlingOptions): Wrap {
  const { logger, sharing, isDraining, sendError, onAnswered, isTraced = false } = options;

  async function answer(c: Context<AppEnv>, handler: Handler<AppEnv>): Promise<Response> {
    try {
      refuseBrokenHead(c);
      return (await handler(c, noNext)) as Response;
    } catch (error) {
      logFailure(logger, error, c.get("requestId"));
      return sendError(c, toChatError(error));
    }
  }

  function tell(c: Context<AppEnv>, pattern: string, answer: Begun): void {
    const caller = c.get("caller");
    onAnswered({
      method: toMethod(c.req.method),
      pattern,
      status: answer.status,
      ms: performance.now() - answer.startedAt,
      requestId: c.get("requestId"),
      userId: caller?.kind === "user" ? caller.user_id : undefined,
      traceparent: isTraced ? c.req.header("traceparent") : undefined,
    });
  }

  return (handler, path) => {
    const patternOf = createPatternOf(path);
    return async (c) => {
      const startedAt = performance.now();
      const requestId = toRequestId(c.req.header("x-request-id"));
      c.set("requestId", requestId);
      c.set("isDraining", isDraining);
      const headers = {
        "x-content-type-options": "nosniff",
        "x-request-id": requestId,
      };
      c.set("sharedHeaders", headers);

      const origin = c.req.header("origin");
      // An OPTIONS that is no preflight asks what the path can do, not who may.
      const isOptions = origin !== undefined && c.req.method === "OPTIONS";
      const isPreflight = isOptions && Boolean(c.req.header("access-control-request-method"));
      if (origin !== undefined && !isOptions) {
        c.set("sharedHeaders", { ...headers, ...sharing.headersFor(origin) });
      }
      const response = isPreflight ? await sharing.answerPreflight(c) : await answer(c, handler);
      tell(c, patternOf(c.req.path), { startedAt, status: response.status });
      return response;
    };
  };
}

interface Begun {
  /** As `performance.now` counts. */
  startedAt: number;
  status: number;
}

async function noNext(): Promise<void> {}

// As in the middleware of Hono: what a client sends as an id is kept if it is one.
function toRequestId(sent: string | undefined): string {
  return sent && sent.length <= 255 && /^[\w\-=]+$/.test(sent) ? sent : randomUUID();
}

function refuseBrokenHead(c: Context<AppEnv>): void {
  const ambiguity = c.env?.incoming && findAmbiguity(c.env.incoming);
  if (ambiguity !== undefined) {
    // Where it ends is not certain either.
    addHeader(c, "connection", "close");
    throw new ChatError("bad_request", `the request is ambiguous: ${ambiguity}`);
  }
  checkTarget(readTarget(c.req.raw, c.env));
}
