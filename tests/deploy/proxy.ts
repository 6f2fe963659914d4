import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { join } from "node:path";
import { withDatabase } from "@chatnest/db/tests/with-database.ts";
import { MongoClient } from "mongodb";
import { inject } from "vitest";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startGuarded } from "../support/guarded-process.ts";
import { until } from "../support/until.ts";
import { installLinters, readDeploy } from "./deploy-files.ts";

/** The server key. */
export const key = "cnk_a-key-of-the-proxy-tests-0123456789";

/** An answer that was read whole. */
interface Answer {
  status: number | undefined;
  body: string;
}

/** A live stream over HTTP/2. */
interface Stream {
  /** What came of it so far. */
  read(): string;
  headers: IncomingHttpHeaders;
}

/** Two servers on one MongoDB, behind Caddy with the Caddyfile that is shipped. */
export interface Deployment extends AsyncDisposable {
  servers: RunningServer[];
  ask(
    method: string,
    path: string,
    options?: { body?: object; headers?: OutgoingHttpHeaders },
  ): Promise<Answer>;
  follow(path: string): Promise<Stream>;
  /** Leaves, as a client that is closed does. */
  leave(): void;
}

/** Starts all of it, as compose.yaml does, on free ports of loopback. */
export async function startDeployment(): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await newFolder());
  const database = `chatnest_test_${randomUUID()}`;
  const uri = withDatabase(inject("mongoDeployments")[0]?.uri ?? "", database);
  const client = stack.use(new MongoClient(uri));
  stack.defer(async () => void (await client.db().dropDatabase()));
  const env = {
    MONGODB_URI: uri,
    CHATNEST_API_KEYS: key,
    CHATNEST_TRUST_PROXY: "1",
    CHATNEST_REQUEST_LOG: "off",
  };
  const servers = await Promise.all([1, 2].map(() => startServer({ cwd: folder.path, env })));
  for (const server of servers) stack.use(server);
  const url = await startCaddy(stack, folder.path, servers);
  const session = () => connect(url, { rejectUnauthorized: false });
  const readied = session();
  await until(async () => (await request(readied, { ":path": "/readyz" })).status === 200, {
    timeoutMs: 20_000,
    what: "the proxy answers for a server that is ready",
  });
  let following: ClientHttp2Session | undefined;
  stack.defer(() => {
    readied.destroy();
    following?.destroy();
  });
  const kept = stack.move();
  return {
    servers,
    ask(method, path, { body, headers = {} } = {}) {
      const common = { ":method": method, ":path": path, authorization: `Bearer ${key}` };
      const json = body && { "content-type": "application/json" };
      return request(readied, { ...common, ...json, ...headers }, body && JSON.stringify(body));
    },
    async follow(path) {
      following = session();
      const stream = following.request({ ":path": path, authorization: `Bearer ${key}` });
      let text = "";
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      stream.on("error", () => {});
      const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
      return { read: () => text, headers };
    },
    leave: () => following?.destroy(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function startCaddy(
  stack: AsyncDisposableStack,
  folder: string,
  servers: readonly RunningServer[],
): Promise<string> {
  const [port = 0, plainPort = 0, adminPort = 0] = await findFreePorts(3);
  const url = `https://localhost:${port}`;
  const upstreams = servers.map((server) => `127.0.0.1:${server.port}`).join(" ");
  // What differs here: the ports, and that nothing is installed on this machine.
  const text = (await readDeploy("Caddyfile"))
    .replace("server1:8000 server2:8000", upstreams)
    .replace(/^\{$/m, `{\n\thttp_port ${plainPort}\n\tskip_install_trust`);
  const file = join(folder, "Caddyfile");
  await writeFile(file, text);
  const program = join(await installLinters(), "caddy");
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
    CADDY_ADMIN: `127.0.0.1:${adminPort}`,
    CHATNEST_SITE: url,
  };
  const caddy = startGuarded(program, ["run", "--config", file], env);
  caddy.child.stdout?.resume();
  caddy.child.stderr?.resume();
  stack.defer(() => caddy.kill());
  const isUp = async () => {
    const session = connect(url, { rejectUnauthorized: false });
    try {
      await once(session, "connect");
      return true;
    } finally {
      session.destroy();
    }
  };
  await until(isUp, { timeoutMs: 20_000, what: "the proxy listens" });
  return url;
}

async function request(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string,
): Promise<Answer> {
  const stream = session.request(headers);
  stream.setEncoding("utf8").end(body);
  const [{ ":status": status }] = (await once(stream, "response")) as [IncomingHttpHeaders];
  let text = "";
  for await (const part of stream) text += part;
  return { status: Number(status), body: text };
}
