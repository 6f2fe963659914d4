import type { IncomingMessage, ServerResponse } from "node:http";
import { createHooks, readRestrictions } from "@chatnest/api";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";
import { errorHandler } from "./http/listen.ts";
import { createLogger } from "./log/logger.ts";
import { toLogged } from "./log/request-log.ts";
import { logStoreEvents } from "./log/store-events.ts";
import { openMetrics } from "./metrics/index.ts";
import { mountChatNest } from "./mount.ts";
import { type ChatNestOptions, checkOptions, type StoreOption } from "./settings/mount-options.ts";
import { version } from "./version.ts";

/** A ChatNest in somebody's own server. */
export interface ChatNest {
  /** Answers a request, live streams too. Cancel the body of an answer, or abort the request, to end a stream. */
  fetch(request: Request): Promise<Response>;
  /** Answers a request of `node:http`; Express takes it as a handler. It must come before what reads bodies. */
  nodeListener(request: IncomingMessage, response: ServerResponse): Promise<void>;
  store: ChatStore;
  /** Resolves when the store can be used. Rejects when it cannot be opened and waiting will not help. */
  ready: Promise<void>;
  /**
   * Stops: live streams end with an event after which clients reconnect, requests in progress are answered, for at most
   * `graceMs`, 10 s by default, and the store is closed if ChatNest has opened it. Then close the server. It may be called again.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

/**
 * Creates a ChatNest to be mounted in a server. It does not listen.
 * @throws TypeError for an option that is wrong, or when nothing says who is let in.
 * @throws StoreError `cannot_open`
 */
export function createChatNest(options: ChatNestOptions): ChatNest {
  checkOptions(options);
  const { hooks, hookTimeoutMs, rules, authenticate, basePath } = options;
  const logger = options.logger ?? createLogger({ level: "warn", format: "json" });
  const restrictions = rules && readRestrictions(rules);
  const { store, ready, closeStore } = openStoreOf(options.store, logger);
  const metrics = openMetrics({ store, version });
  const mounted = mountChatNest({
    store,
    logger,
    logsRequests: false,
    trust: options.trust ?? "nobody",
    credentials: options.credentials,
    identify: authenticate,
    restrictions,
    hooks: hooks && createHooks(hooks, { timeoutMs: hookTimeoutMs, onError: logHookError }),
    basePath,
    corsOrigins: options.corsOrigins ?? [],
    sendsPerSecond: options.sendsPerSecond ?? 50,
    proxyHops: options.proxyHops ?? 0,
    onAnswered: metrics.onAnswered,
    readMetrics: metrics.readText,
  });
  let closing: Promise<void> | undefined;

  function logHookError(hook: string, error: unknown): void {
    logger.error({ err: toLogged(error), hook }, "a hook failed");
  }

  async function answerOnNode(request: Request, bindings: HttpBindings): Promise<Response> {
    if (!isBodyTaken(bindings.incoming)) return mounted.fetch(request, bindings);
    logger.error("the body was read before ChatNest: mount it before what reads bodies");
    return new Response(null, { status: 500 });
  }

  async function close(graceMs: number): Promise<void> {
    mounted.drain();
    await mounted.idle(graceMs);
    metrics.close();
    await closeStore();
  }

  return {
    fetch: (request) => mounted.fetch(request),
    // Without replacing the global Request and Response, which are the host's.
    nodeListener: getRequestListener(
      (request, bindings) => answerOnNode(request, bindings as HttpBindings),
      { errorHandler, overrideGlobalObjects: false },
    ),
    store,
    ready,
    close({ graceMs = 10_000 } = {}) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}

// To wait for it would be to wait for ever.
function isBodyTaken({ readableEnded, headers }: IncomingMessage): boolean {
  return readableEnded && (headers["content-length"] ?? headers["transfer-encoding"]) !== undefined;
}

interface StoreOfChatNest {
  store: ChatStore;
  ready: Promise<void>;
  closeStore(): Promise<void>;
}

function openStoreOf(option: StoreOption, logger: Logger): StoreOfChatNest {
  if ("sqlite" in option) {
    const store = openSqliteStore(option.sqlite);
    return { store, ready: Promise.resolve(), closeStore: () => store.close() };
  }
  if ("mongodb" in option) {
    const store = openMongoStore({ uri: option.mongodb, ...logStoreEvents(logger) });
    // It may reject before anybody awaits it.
    store.ready.catch(() => {});
    return { store, ready: store.ready, closeStore: () => store.close() };
  }
  return { store: option, ready: Promise.resolve(), closeStore: async () => {} };
}
