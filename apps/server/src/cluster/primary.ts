import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { awaitStop, stopTimeoutMs } from "../cli/stop.ts";
import { CommandError } from "../command-error.ts";
import type { Settings } from "../env.ts";
import { chooseLogFormat, createLogger } from "../log/logger.ts";
import { gatherMetrics } from "../metrics/processes/primary.ts";
import { Processes } from "./processes.ts";

// After that the processes have ended themselves, even if something hangs in one.
const lateMs = 2_000;

/**
 * Serves with several processes until a stop signal, and returns when all have ended.
 * @returns the exit code: 1 after an unexpected error, and when the processes end again and again.
 * @throws CommandError when they cannot start, or when the store proves unusable later.
 */
export async function serveInProcesses(settings: Settings): Promise<number> {
  const { logLevel: level, logFormat, processes: count, shutdownGraceMs } = settings;
  const logger = createLogger({ level, format: chooseLogFormat(logFormat) });
  const failed = new AbortController();
  let failure: string | undefined;
  const timeoutMs = shutdownGraceMs + stopTimeoutMs + lateMs;
  const stop = awaitStop(logger, { other: failed.signal, timeoutMs });
  const aborted = once(stop.signal, "abort");
  const processes = new Processes({
    count,
    port: settings.port === 0 ? await pickPort(settings.host) : settings.port,
    logger,
    onFailure(reason) {
      failure = reason;
      failed.abort("failure");
    },
  });
  gatherMetrics();
  await Promise.race([processes.start(), aborted]);
  if (!stop.signal.aborted) logger.info({ processes: count }, "all processes are listening");
  await aborted;
  const reason = String(stop.signal.reason);
  if (!failed.signal.aborted) logger.info({ signal: reason }, "stopping all processes");
  const isClean = await processes.stop(reason);
  if (failure !== undefined) throw new CommandError(failure);
  if (failed.signal.aborted) return 1;
  logger.info("all processes stopped");
  return isClean ? stop.exitCode() : 1;
}

/** Picks a free port for all processes, also for those that take the place of others. */
async function pickPort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  try {
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return port;
  } catch {
    // The first process will say what is wrong.
    return 0;
  }
}
