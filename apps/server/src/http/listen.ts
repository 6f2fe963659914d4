import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { CommandError } from "../command-error.ts";
import { Connections, type DrainOptions } from "./connections.ts";

/** Where to listen, and what answers. */
export interface ListenOptions {
  fetch: Parameters<typeof getRequestListener>[0];
  host: string;
  /** 0 picks a free one. */
  port: number;
}

/** A server that listens. */
export interface Listening {
  /** The address to type on the same machine. */
  url: string;
  /** Stops listening, answers the requests in progress, and returns when every connection is closed. */
  drain(options: DrainOptions): Promise<void>;
}

const limits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  // How often Node checks the two limits above.
  connectionsCheckingInterval: 5_000,
  // Longer than the 60 s of most load balancers, so that they close an idle connection first.
  keepAliveTimeout: 65_000,
  // TCP keep-alive: after this silence the system probes the peer, ten times, a second apart.
  keepAlive: true,
  keepAliveInitialDelay: 15_000,
};
const connectionsMax = 10_000;

/**
 * Serves an application over HTTP.
 * @throws CommandError when the address cannot be listened on.
 */
export async function listen({ fetch, host, port }: ListenOptions): Promise<Listening> {
  const server = createServer(limits, getRequestListener(fetch));
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
        `port ${port} is in use: stop the program that uses it, or choose another port: PORT=${otherThan(port)} npm start`,
      );
    case "EACCES":
      return new CommandError(
        `port ${port} needs privileges that this user does not have: choose another port: PORT=8000 npm start`,
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
