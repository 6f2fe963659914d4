import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createLive } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import type { Logger } from "pino";
import { createApp } from "../app.ts";
import type { Settings } from "../env.ts";
import { listen } from "../http/listen.ts";
import { createLogger } from "../log/logger.ts";
import { toLogged } from "../log/request-log.ts";
import { type OpenedStore, openStore } from "../store.ts";
import { version } from "../version.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

const closeTimeoutMs = 5000;

/**
 * Serves until it is told to stop, then answers what it was asked, closes the store and returns.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or the store turns out to be unusable.
 */
export async function serve(settings: Settings): Promise<void> {
  const logger = createLogger(settings.logLevel);
  const { store, name, ready } = openLogged(settings, logger);
  exitOnUnknownErrors(logger, store);
  const stop = abortOnStopSignals(1);
  const live = createLive(store);
  let isDraining = false;
  try {
    const { trust, corsOrigins, host, port } = settings;
    const app = createApp({
      store,
      live,
      logger,
      trust,
      corsOrigins,
      isDraining: () => isDraining,
    });
    const { url, drain } = await listen({ fetch: app.fetch, host, port });
    logger.info({ url, docs: `${url}/docs`, store: name, version }, startText(settings));
    try {
      await Promise.race([aborted(stop), ready.then(() => aborted(stop))]);
      logger.info({ signal: stop.reason }, "stopping: answering what was asked");
    } finally {
      isDraining = true;
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
      logger.warn({ reason: message }, "the store cannot be reached, trying again");
    },
    onAlone() {
      const text = "no change streams here: what another process stores is delivered within 5 s";
      logger.info(text);
    },
    onFormerCollections(collections) {
      const text =
        "the former service's data is left alone: export it, and chatnest import FILE.jsonl";
      logger.info({ collections }, text);
    },
  });
  const ready = opened.ready.then(() => {
    if (isLate) logger.info("the store is there");
  });
  // Whoever waits for it hears of it, but it may end before anybody does.
  ready.catch(() => {});
  return { ...opened, ready };
}

function startText({ trust, host, mongodbUri }: Settings): string {
  const begins = mongodbUri === undefined ? "ChatNest is ready" : "ChatNest listens";
  return trust === "everyone" ? `${begins} on ${host}, and trusts every caller` : begins;
}

async function aborted(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await once(stop, "abort");
}

function exitOnUnknownErrors(logger: Logger, store: ChatStore): void {
  // Also what is thrown in a promise that nobody awaits. What is in memory cannot be trusted from here on.
  process.once("uncaughtException", (error) => {
    logger.fatal({ err: toLogged(error) }, "stopping after an error that nothing expected");
    const closing = Promise.race([store.close(), delay(closeTimeoutMs)]);
    void closing.catch(() => {}).finally(() => process.exit(1));
  });
}
