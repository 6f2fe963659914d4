import { ChatError } from "@chatnest/api";
import type { Context, Handler } from "hono";
import type { AppEnv } from "../app-env.ts";
import { checkTrust, type Trust } from "../auth/trust.ts";
import type { Wrap } from "../http/handling.ts";
import { bothForms } from "../http/paths.ts";
import { respond } from "../http/respond.ts";
import type { Routes } from "../http/routes.ts";
import { textType } from "./text.ts";

/** How metrics are served. */
export interface ServeMetricsOptions {
  /** Returns the text of all processes. */
  readText(): Promise<string>;
  /** Who may call without credentials. */
  trust: Trust;
  /** Finds out who calls. */
  guard: Wrap;
}

/**
 * Serves the metrics. Where callers need credentials it takes a server key, and from this machine itself none, so that an
 * agent beside the server needs no secret.
 */
export function serveMetrics(routes: Routes, options: ServeMetricsOptions): void {
  const { readText, trust, guard } = options;
  const send: Handler<AppEnv> = async (c) =>
    respond(c, {
      status: 200,
      headers: { "content-type": textType, "cache-control": "no-store" },
      body: await readText(),
    });
  const sendGuarded = guard((c, next) => {
    if (c.get("caller").kind === "user") {
      throw new ChatError("forbidden", "metrics need a server key, not a user's token");
    }
    return send(c, next);
  });
  routes.on("GET", bothForms("/metrics"), (c, next) =>
    trust === "nobody" && isFromHere(c) ? send(c, next) : sendGuarded(c, next),
  );
}

const loopbackAddress = /^(?:::ffff:)?127\.|^::1$/;

// By the connection, not by the host that the request names: anyone can write localhost there.
function isFromHere(c: Context<AppEnv>): boolean {
  const address = c.env?.incoming?.socket.remoteAddress;
  if (address === undefined || !loopbackAddress.test(address)) return false;
  if (c.req.header("authorization") !== undefined) return false;
  try {
    checkTrust(c, "loopback");
    return true;
  } catch {
    return false;
  }
}
