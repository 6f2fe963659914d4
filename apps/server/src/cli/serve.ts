import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ChatStore } from "@chatnest/db";
import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";
import { storeCommands } from "../admin/commands.ts";
import { type AdminSocket, listenAdmin } from "../admin/listen-admin.ts";
import { adminSocketPath } from "../admin/socket-path.ts";
import { type ClusterMember, joinCluster } from "../cluster/member.ts";
import { serveInProcesses } from "../cluster/primary.ts";
import { isForUsers } from "../command-error.ts";
import type { Settings } from "../env.ts";
import { listen } from "../http/listen.ts";
import { chooseLogFormat, createLogger } from "../log/logger.ts";
import { toLogged } from "../log/request-log.ts";
import { logStart } from "../log/start-lines.ts";
import { findStartWarnings } from "../log/start-warnings.ts";
import { logStoreEvents } from "../log/store-events.ts";
import { mountChatNest } from "../mount.ts";
import { observe } from "../observe.ts";
import { readPageFiles } from "../page/page-files.ts";
import { type OpenedStore, openStore } from "../store.ts";
import { awaitStop, exitWithin, stopTimeoutMs } from "./stop.ts";

/** How long one process of several waits for the store before it listens, in ms. */
const storeTimeoutMs = 10_000;

/**
 * Serves until a stop signal, then answers the requests in progress, closes the store and returns.
 * @returns the exit code: 1 when an unexpected error stopped it.
 * @throws CommandError or StoreError `cannot_open` when it cannot start, or when the store proves unusable later.
 */
export async function serve(settings: Settings): Promise<number> {
  const member = joinCluster();
  if (!member && settings.processes > 1) return serveInProcesses(settings);
  try {
    return await serveHere(settings, member);
  } catch (error) {
    if (!member || !isForUsers(error)) throw error;
    // The primary prints it, once for all.
    await member.giveUp(error.message);
    return 1;
  } finally {
    member?.leave();
  }
}

async function serveHere(settings: Settings, member: ClusterMember | undefined): Promise<number> {
  const { logLevel: level, host, port, shutdownGraceMs, otlpEndpoint } = settings;
  const format = chooseLogFormat(settings.logFormat);
  const logger = createLogger({ level, format, processNumber: member?.number });
  // What is the same for all processes is said by the first.
  const isFirst = member?.isFirst ?? true;
  const { store, name, ready } = openLogged(settings, isFirst ? logger : undefined);
  const timeoutMs = shutdownGraceMs + stopTimeoutMs;
  const stop = awaitStop(logger, { other: member?.stop, timeoutMs });
  const isOneOfSeveral = member !== undefined;
  const observation = await observe({ store, logger, otlpEndpoint, isOneOfSeveral });
  try {
    const page = settings.servesPage ? await readPageFiles() : [];
    const chatnest = mountChatNest({ ...settings, ...observation.deps, page, store, logger });
    // The first listens without a store too, for the probes; another one would only answer worse than those that are there.
    if (!isFirst)
      await Promise.race([
        ready,
        aborted(stop.signal),
        delay(storeTimeoutMs, undefined, { ref: false }),
      ]);
    // Without its primary, a process would wait for ever to listen.
    if (stop.signal.aborted) return stop.exitCode();
    const { url, drain } = await listen({
      fetch: (request, bindings) => chatnest.fetch(request, bindings as HttpBindings),
      host,
      port,
    });
    if (isFirst) {
      logStart(logger, format, { url, store: name, settings });
      for (const warning of findStartWarnings(settings)) logger.warn(warning);
    }
    const admin = await openAdmin(settings, store, logger);
    try {
      await Promise.race([aborted(stop.signal), ready.then(() => aborted(stop.signal))]);
      logger.info({ signal: stop.signal.reason }, "stopping: finishing the requests in progress");
    } finally {
      if (!stop.signal.aborted) exitWithin(timeoutMs, logger);
      chatnest.drain();
      await drain({ graceMs: shutdownGraceMs });
      await admin?.close();
    }
  } finally {
    await store.close();
    await observation.close();
  }
  logger.info("stopped");
  return stop.exitCode();
}

function openLogged(settings: Settings, logger: Logger | undefined): OpenedStore {
  if (!logger) return openStore(settings, {});
  let isLate = false;
  const events = logStoreEvents(logger);
  const opened = openStore(settings, {
    ...events,
    onRetry(error) {
      isLate = true;
      events.onRetry?.(error);
    },
  });
  const ready = opened.ready.then(() => {
    if (isLate) logger.info("connected to the store");
  });
  // It may reject before anybody awaits it.
  ready.catch(() => {});
  return { ...opened, ready };
}

/** Opens the door by which `chatnest` commands reach the store that this server has locked. */
async function openAdmin(
  settings: Settings,
  store: ChatStore,
  logger: Logger,
): Promise<AdminSocket | undefined> {
  const path = adminSocketPath(settings);
  if (path === undefined) return undefined;
  return listenAdmin(path, {
    commands: storeCommands,
    store,
    warn: (text, error) => logger.warn(error === undefined ? {} : { err: toLogged(error) }, text),
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
