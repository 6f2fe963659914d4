import { once } from "node:events";
import { createLive } from "@chatnest/api";
import { type ChatStore, closeTimeoutMs } from "@chatnest/db";
import type { Logger } from "pino";
import { createApp } from "../app.ts";
import type { Settings } from "../env.ts";
import { listen } from "../http/listen.ts";
import { createLogger } from "../log/logger.ts";
import { toLogged } from "../log/request-log.ts";
import { readPageFiles } from "../page/page-files.ts";
import { type OpenedStore, openStore } from "../store.ts";
import { version } from "../version.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** A stop ends the process this long after the grace period at the latest, in ms, whatever hangs. */
const stopTimeoutMs = closeTimeoutMs + 2_000;

/**
 * Serves until a stop signal, then answers the requests in progress, closes the store and returns.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or when the store proves unusable later.
 */
export async function serve(settings: Settings): Promise<void> {
  const logger = createLogger(settings.logLevel);
  const { store, name, ready } = openLogged(settings, logger);
  exitOnUnknownErrors(logger, store);
  const stop = abortOnStopSignals(1);
  const live = createLive(store);
  let isDraining = false;
  try {
    const { trust, credentials, proxyHops, sendsPerSecond, corsOrigins, host, port } = settings;
    const app = createApp({
      store,
      live,
      logger,
      trust,
      credentials,
      proxyHops,
      sendsPerSecond,
      corsOrigins,
      page: await readPageFiles(),
      isDraining: () => isDraining,
    });
    const { url, drain } = await listen({ fetch: app.fetch, host, port });
    const docs = `${url}/docs`;
    const text = `${startText(settings)}: ${url}, docs at ${docs}, data in ${name}`;
    logger.info({ url, docs, store: name, version }, text);
    warnOfForeignTokens(settings, logger);
    try {
      await Promise.race([aborted(stop), ready.then(() => aborted(stop))]);
      logger.info({ signal: stop.reason }, "stopping: finishing the requests in progress");
    } finally {
      isDraining = true;
      exitWithin(settings.shutdownGraceMs + stopTimeoutMs, logger);
      live.close();
      await drain({ graceMs: settings.shutdownGraceMs });
    }
  } finally {
    await store.close();
  }
  logger.info("stopped");
}

function openLogged(settings: Settings, logger: Logger): OpenedStore {
  let isLate = false;
  const opened = openStore(settings, {
    onRetry({ message }) {
      isLate = true;
      logger.warn({ reason: message }, "cannot reach the store, trying again");
    },
    onAlone() {
      const text =
        "this MongoDB is a standalone without change streams: messages from other processes arrive within 5 s";
      logger.info(text);
    },
    onFormerCollections(collections) {
      const text =
        "found collections of the former service and left them alone: export them, then run chatnest import FILE.jsonl";
      logger.info({ collections }, text);
    },
  });
  const ready = opened.ready.then(() => {
    if (isLate) logger.info("connected to the store");
  });
  // It may reject before anybody awaits it.
  ready.catch(() => {});
  return { ...opened, ready };
}

function startText({ trust, host, mongodbUri }: Settings): string {
  const begins = mongodbUri === undefined ? "ChatNest is ready" : "ChatNest is listening";
  return trust === "everyone" ? `${begins} on ${host} and trusts every caller` : begins;
}

function warnOfForeignTokens({ credentials }: Settings, logger: Logger): void {
  const { key, audience } = credentials?.tokens ?? {};
  if (key && "jwksUrl" in key && audience === undefined) {
    const text =
      "CHATNEST_JWT_AUDIENCE is unset: tokens that the provider makes for others are taken too";
    logger.warn(text);
  }
}

async function aborted(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await once(stop, "abort");
}

function exitOnUnknownErrors(logger: Logger, store: ChatStore): void {
  // Also for unhandled rejections. From here on nothing in memory can be trusted.
  process.once("uncaughtException", (error) => {
    logger.fatal({ err: toLogged(error) }, "stopping after an unexpected error");
    exitWithin(stopTimeoutMs, logger);
    const closing = store.close();
    void closing.catch(() => {}).finally(() => process.exit(1));
  });
}

/** Ends the process after a time if it has not ended by itself. */
function exitWithin(timeoutMs: number, logger: Logger): void {
  const exit = () => {
    // With an exit code the command has returned, and only connections of the driver are left.
    if (process.exitCode === undefined) logger.error("stopping, although something hangs");
    process.exit(process.exitCode ?? 1);
  };
  setTimeout(exit, timeoutMs).unref();
}
