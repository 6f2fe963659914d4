import { ChatError } from "@chatnest/api";
import type { ChatStore } from "@chatnest/db";
import type { Context } from "hono";
import type { AppDeps } from "./app-deps.ts";
import type { AppEnv } from "./app-env.ts";
import { bothForms } from "./http/paths.ts";
import { respond } from "./http/respond.ts";
import type { Routes } from "./http/routes.ts";

/** How readiness is determined. */
export interface ReadinessOptions {
  /** Milliseconds of a clock that never goes back. @default performance.now */
  now?: () => number;
  /** How long to wait for an answer of the store. @default 2000 */
  pingTimeoutMs?: number;
}

const awayMsMax = 30_000;
const keptMs = 1_000;
const headers = { "content-type": "application/json", "cache-control": "no-store" };

/** Serves the probes: `/livez` says whether the process is up, `/readyz` whether it can do its work. */
export function serveHealth(routes: Routes, { store, isDraining }: AppDeps): void {
  const isReady = createReadiness(store);
  const send = (c: Context<AppEnv>, status: string) =>
    respond(c, { status: 200, headers, body: JSON.stringify({ status }) });
  routes.on("GET", bothForms("/livez"), (c) => send(c, "live"));
  routes.on("GET", bothForms("/readyz"), async (c) => {
    if (isDraining()) throw new ChatError("unavailable", "the server is shutting down");
    if (!(await isReady())) throw new ChatError("unavailable", "the store is unavailable");
    // Without the live feed everything works, but messages of other processes arrive some seconds later.
    const status = store.watchState() === "degraded" ? "degraded" : "ready";
    return send(c, status);
  });
}

/**
 * Creates a function that says whether the store is usable: it was reached once, and has not been away for 30 s since. It
 * asks the store once a second at most, however often it is called.
 */
export function createReadiness(
  store: Pick<ChatStore, "ping">,
  { now = () => performance.now(), pingTimeoutMs = 2_000 }: ReadinessOptions = {},
): () => Promise<boolean> {
  // A store that was never reached counts as away forever.
  let awaySince: number | null = Number.NEGATIVE_INFINITY;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    const isReached = await answersWithin(store, pingTimeoutMs);
    checkedAt = now();
    if (isReached) awaySince = null;
    else awaySince ??= checkedAt;
    checking = undefined;
  }

  return async () => {
    if (now() - checkedAt >= keptMs) {
      checking ??= check();
      await checking;
    }
    return awaySince === null || now() - awaySince < awayMsMax;
  };
}

async function answersWithin(store: Pick<ChatStore, "ping">, timeoutMs: number): Promise<boolean> {
  const timeout = Promise.withResolvers<false>();
  const timer = setTimeout(timeout.resolve, timeoutMs, false);
  const answer = store.ping().then(
    () => true,
    () => false,
  );
  const isReached = await Promise.race([answer, timeout.promise]);
  clearTimeout(timer);
  return isReached;
}
