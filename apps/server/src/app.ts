import { appRouter, ChatError, toChatError } from "@chatnest/api";
import { type Context, Hono, type MiddlewareHandler, type Next } from "hono";
import { requestId } from "hono/request-id";
import type { AppDeps } from "./app-deps.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticate } from "./auth/authenticate.ts";
import { serveDocs } from "./docs/serve-docs.ts";
import { serveHealth } from "./health.ts";
import { shareWithOrigins } from "./http/cors.ts";
import { findAmbiguity } from "./http/framing.ts";
import { Heartbeat } from "./http/heartbeat.ts";
import { answerUnhandled, type SendError } from "./http/methods.ts";
import { skipSent } from "./http/sent.ts";
import { StreamSlots } from "./http/stream-slots.ts";
import { checkTarget, readPath, readTarget } from "./http/target.ts";
import { logFailure, logRequests } from "./log/request-log.ts";
import { createContextOf } from "./request-context.ts";
import { serveRest } from "./rest/adapter.ts";
import { tellUnavailable } from "./rest/events/tell-unavailable.ts";
import { sendProblem } from "./rest/problem.ts";
import { isTrpcPath, sendTrpcError, serveTrpc } from "./trpc/serve-trpc.ts";

/** Creates the app that answers every request. It opens nothing and does not listen. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: readPath });
  app.use(skipSent);
  app.use(requestId());
  app.use(logRequests(deps.logger));
  app.use(finishAnswers(deps.isDraining));
  app.use(shareWithOrigins(deps.corsOrigins, deps.trust));
  app.use(refuseBrokenHeads);

  serveDocs(app);
  serveHealth(app, deps);
  // What is above holds no data and answers everybody.
  tellUnavailable(app, appRouter);
  app.use(authenticate(deps));
  const parts = {
    contextOf: createContextOf(deps),
    heartbeat: new Heartbeat(),
    reads: new StreamSlots({ perProcess: 500, perUser: 20, ...deps.readLimits }),
    logger: deps.logger,
  };
  serveRest(app, appRouter, parts);
  serveTrpc(app, parts);

  app.notFound(answerUnhandled(app, sendError));
  app.onError((error, c) => {
    logFailure(deps.logger, error, c.get("requestId"));
    return sendError(c, toChatError(error));
  });
  return app;
}

const sendError: SendError = (c, error, headers) =>
  isTrpcPath(c.req.path) ? sendTrpcError(c, error, headers) : sendProblem(c, error, headers);

function finishAnswers(isDraining: () => boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("x-content-type-options", "nosniff");
    if (isDraining()) headers.set("connection", "close");
  };
}

function refuseBrokenHeads(c: Context<AppEnv>, next: Next): Promise<void> {
  const ambiguity = c.env?.incoming && findAmbiguity(c.env.incoming);
  if (ambiguity !== undefined) {
    // Where it ends is not certain either.
    c.header("connection", "close");
    throw new ChatError("bad_request", `the request is ambiguous: ${ambiguity}`);
  }
  checkTarget(readTarget(c.req.raw, c.env));
  return next();
}
