import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { CommandError } from "../command-error.ts";
import { Connections, type DrainOptions } from "./connections.ts";

/** Where to listen, and what answers. */
export interface ListenOptions {
  fetch: Parameters<typeof getRequestListener>[0];
  host: string;
  /** 0 picks a free one. */
  port: number;
  limits?: Partial<ConnectionLimits>;
}

/** What one client can take of a server by being slow, or many. Times are in ms. */
export interface ConnectionLimits {
  /** How long the head of a request may take. @default 15000 */
  headersTimeout: number;
  /** How long a request may take to come, head and body. @default 30000 */
  requestTimeout: number;
  /** How often Node looks whether one of these is over. @default 5000 */
  connectionsCheckingInterval: number;
  /** How long a connection may be idle; longer than the 60 s of most load balancers, so that it is they who end it. @default 65000 */
  keepAliveTimeout: number;
  /** How many connections there are at most; more are closed as they come. @default 10000 */
  connectionsMax: number;
}

/** A server that listens. */
export interface Listening {
  /** The address to type on the same machine. */
  url: string;
  /** Stops listening, answers the requests in progress, and returns when every connection is closed. */
  drain(options: DrainOptions): Promise<void>;
}

const defaultLimits: ConnectionLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  connectionsMax: 10_000,
};
// The system asks a connection that is silent for so long whether the other end is still there, ten times, a second apart.
const probing = { keepAlive: true, keepAliveInitialDelay: 15_000 };

/**
 * Serves an application over HTTP.
 * @throws CommandError when the address cannot be listened on.
 */
export async function listen({ fetch, host, port, limits }: ListenOptions): Promise<Listening> {
  const { connectionsMax, ...timeouts } = { ...defaultLimits, ...limits };
  const listener = getRequestListener(fetch, { errorHandler });
  const server = createServer({ ...timeouts, ...probing }, listener);
  server.maxConnections = connectionsMax;
  const connections = new Connections(server);
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw toListenError(error, host, port);
  }
  const address = server.address() as AddressInfo;
  return {
    url: `http://${toUrlHost(host)}:${address.port}`,
    drain: (options) => connections.drain(options),
  };
}

/** Answers what no URL can be made of (a host with a space, a target that is no path) as Node does what is no HTTP. */
export function errorHandler(error: unknown): Response {
  const status = error instanceof RequestError ? 400 : 500;
  return new Response(null, { status, headers: { connection: "close" } });
}

const localHosts = new Set(["127.0.0.1", "::1", "0.0.0.0", "::"]);

function toUrlHost(host: string): string {
  if (localHosts.has(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function toListenError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return new CommandError(
        `port ${port} is in use: stop the program that uses it, or set another one, such as PORT=${otherThan(port)}`,
      );
    case "EACCES":
      return new CommandError(
        `port ${port} needs privileges that this user does not have: set another one, such as PORT=8000`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new CommandError(`HOST ${host} is not an address of this machine`);
    default:
      return error;
  }
}

function otherThan(port: number): number {
  return port < 65_535 ? port + 1 : 8000;
}
