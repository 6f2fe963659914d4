import { closeTimeoutMs } from "@chatnest/db";
import type { Logger } from "pino";
import { toLogged } from "../log/request-log.ts";
import { abortOnStopSignals } from "./stop-signals.ts";

/** A stop takes this long after the grace period at most, in ms. */
export const stopTimeoutMs = closeTimeoutMs + 2_000;
// A bug in a timer could fill a disk while the server stops.
const loggedErrorsMax = 10;

/** Why and how a server stops. */
export interface Stop {
  /** Aborts when the server is to stop. */
  readonly signal: AbortSignal;
  /** What the process exits with: 1 after an unexpected error. */
  exitCode(): number;
}

/** What else stops a server, and how long that may take. */
export interface StopOptions {
  other?: AbortSignal | undefined;
  /** The process ends this long after it is told to stop, in ms, whatever hangs. */
  timeoutMs: number;
}

/**
 * Waits for what stops a server: SIGINT, SIGTERM, an error that nobody caught, or another signal. A second SIGINT or SIGTERM
 * ends the process at once, with exit code 1.
 */
export function awaitStop(logger: Logger, { other, timeoutMs }: StopOptions): Stop {
  const broken = new AbortController();
  let errors = 0;
  // Also for unhandled rejections. From here on nothing in memory can be trusted.
  process.on("uncaughtException", (error) => {
    errors++;
    if (errors > loggedErrorsMax) return;
    logger.fatal({ err: toLogged(error) }, "stopping after an unexpected error");
    broken.abort("error");
  });
  const signals = [abortOnStopSignals(1), broken.signal];
  const signal = AbortSignal.any(other ? [...signals, other] : signals);
  signal.addEventListener("abort", () => exitWithin(timeoutMs, logger));
  return { signal, exitCode: () => (errors === 0 ? 0 : 1) };
}

/** Ends the process after a time if it has not ended by itself. */
export function exitWithin(timeoutMs: number, logger: Logger): void {
  const exit = () => {
    // With an exit code the command has returned, and only connections of the driver are left.
    if (process.exitCode === undefined) logger.error("stopping, although something hangs");
    process.exit(process.exitCode ?? 1);
  };
  setTimeout(exit, timeoutMs).unref();
}
