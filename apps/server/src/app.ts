import { appRouter } from "@chatnest/api";
import { Hono, type NotFoundHandler } from "hono";
import type { AppDeps } from "./app-deps.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticate } from "./auth/authenticate.ts";
import { serveDocs } from "./docs/serve-docs.ts";
import { serveHealth } from "./health.ts";
import type { Answered } from "./http/answered.ts";
import { createSharing } from "./http/cors.ts";
import { createHandling } from "./http/handling.ts";
import { Heartbeat } from "./http/heartbeat.ts";
import { answerUnhandled, type SendError } from "./http/methods.ts";
import { PathRouter } from "./http/path-router.ts";
import { wrapRoutes } from "./http/routes.ts";
import { StreamSlots } from "./http/stream-slots.ts";
import { readPath } from "./http/target.ts";
import { createRequestLog } from "./log/request-log.ts";
import { serveMetrics } from "./metrics/serve-metrics.ts";
import { servePage } from "./page/serve-page.ts";
import { createContextOf } from "./request-context.ts";
import { leaveNames, serveRest } from "./rest/adapter.ts";
import { tellUnavailable } from "./rest/events/tell-unavailable.ts";
import { sendProblem } from "./rest/problem.ts";
import { isTrpcPath, sendTrpcError, serveTrpc } from "./trpc/serve-trpc.ts";

export type { AppDeps } from "./app-deps.ts";
export { readPageFiles } from "./page/page-files.ts";

/** Creates the app that answers every request. It opens nothing and does not listen. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { logger, isDraining, corsOrigins, trust, readLimits } = deps;
  const app = new Hono<AppEnv>({ getPath: readPath, router: new PathRouter() });
  const sendError = tellUnavailable(appRouter, sendBorderError);
  const sharing = createSharing(corsOrigins, trust);
  const logRequest = deps.logsRequests === false ? undefined : createRequestLog(logger);
  const onAnswered = (answered: Answered) => {
    logRequest?.(answered);
    deps.onAnswered?.(answered);
  };
  const { isTraced = false } = deps;
  const handle = createHandling({ logger, sharing, isDraining, sendError, onAnswered, isTraced });
  leaveNames(app, appRouter);

  // What holds no data answers everybody.
  const open = wrapRoutes(app, handle);
  servePage(open, deps.page ?? []);
  serveDocs(open, deps.basePath);
  serveHealth(open, deps);

  const guard = authenticate(deps);
  // An application that tells callers apart lets nobody in because of where a request comes from.
  const atMetrics = deps.identify ? "everyone" : trust;
  if (deps.readMetrics) {
    serveMetrics(open, { readText: deps.readMetrics, trust: atMetrics, guard });
  }
  const guarded = wrapRoutes(open, guard);
  const parts = {
    contextOf: createContextOf(deps),
    heartbeat: new Heartbeat(),
    reads: deps.slots?.reads ?? new StreamSlots({ perProcess: 500, perUser: 20, ...readLimits }),
    logger,
  };
  serveRest(guarded, appRouter, parts);
  serveTrpc(guarded, parts);

  // Nor do strangers hear which paths there are.
  app.notFound(handle(guard(answerUnhandled(app, sendError))) as NotFoundHandler<AppEnv>);
  return app;
}

const sendBorderError: SendError = (c, error, headers) =>
  isTrpcPath(c.req.path) ? sendTrpcError(c, error, headers) : sendProblem(c, error, headers);
