import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createLive } from "@chatnest/api";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { createAdaptorServer } from "@hono/node-server";
import { type AppDeps, createApp } from "chatnest/app";
import { pino } from "pino";

/** A server of this process, on a free port of loopback. */
export interface TestServer extends AsyncDisposable {
  url: string;
  port: number;
  store: ChatStore;
  /** The lines it logged, parsed. */
  log: Record<string, unknown>[];
}

/** Starts a server over an embedded store in memory, or over what is given. */
export async function startServer(deps: Partial<AppDeps> = {}): Promise<TestServer> {
  const store = deps.store ?? openSqliteStore(":memory:");
  const log: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const live = deps.live ?? createLive(store);
  const app = createApp({
    logger,
    live,
    trust: "loopback",
    corsOrigins: [],
    isDraining: () => false,
    ...deps,
    store,
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    store,
    log,
    async [Symbol.asyncDispose]() {
      live.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}
