import { ChatError } from "@chatnest/api";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { addHeader } from "../http/respond.ts";

/** Who may call without credentials: this machine, everyone, or nobody. */
export type Trust = "loopback" | "everyone" | "nobody";

const loopbackHost = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])(?::\d*)?$/i;

const forwardingNames = new Set([
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "x-original-host",
  "true-client-ip",
  "cf-connecting-ip",
  "cf-ray",
  "cdn-loop",
  "fly-client-ip",
  "x-cluster-client-ip",
  "x-envoy-external-address",
  "tailscale-user-login",
]);

/** Says whether a host, as requests name it, is this machine by its name alone. */
export function isLoopbackHost(host: string): boolean {
  return loopbackHost.test(host);
}

/** Says whether an origin, as browsers send it, is a page of this machine. */
export function isLoopbackOrigin(origin: string): boolean {
  const host = origin.replace(/^https?:\/\//, "");
  return host !== origin && isLoopbackHost(host);
}

/** Says whether a header is one that only a proxy adds. */
export function isForwardingHeader(name: string): boolean {
  return name.startsWith("x-forwarded") || forwardingNames.has(name);
}

/**
 * Refuses a caller without credentials that is not trusted. A page elsewhere can reach a server on loopback by a name that
 * it made point there, and a proxy beside the server reaches it for others: the name and the proxy's headers give them away.
 * @throws ChatError `unauthorized` when nobody is trusted, `forbidden` when this caller is not.
 */
export function checkTrust(c: Context<AppEnv>, trust: Trust): void {
  if (trust === "everyone") return;
  if (trust === "nobody") {
    addHeader(c, "www-authenticate", "Bearer");
    const text = "send a server key or a user's token as Authorization: Bearer";
    throw new ChatError("unauthorized", text);
  }
  if (!isLoopbackHost(hostOf(c.req.url))) throw refuse("is meant for another host than localhost");
  const names = c.env?.incoming
    ? Object.keys(c.env.incoming.headers)
    : [...c.req.raw.headers.keys()];
  if (names.some(isForwardingHeader)) throw refuse("was forwarded by a proxy");
}

// By the target where it names a host, else by the `Host` header (RFC 9112, section 3.2.2): the URL is made so.
function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  return url.slice(start, url.indexOf("/", start));
}

function refuse(reason: string): ChatError {
  const text = `the request ${reason}, and callers without credentials are trusted on this machine only`;
  return new ChatError("forbidden", `${text}; CHATNEST_AUTH=none trusts everyone`);
}
