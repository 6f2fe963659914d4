import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Connection,
  createConnection,
} from "@chatnest/db/internals/mongo/connection/connection.ts";
import { makeDataDirectory } from "@chatnest/tests/support/data-directory.ts";
import { findMongod } from "@chatnest/tests/support/mongod-binary.ts";

/** A real mongod, the only member of its replica set. */
export interface Mongod extends AsyncDisposable {
  /** The name of the replica set. */
  name: string;
  port: number;
  /** Names the database `chatnest` on it, past any router. */
  uri: string;
  connection: Connection;
  /** Stops it properly and starts it again, with more arguments if any: what it had in its cache is gone. */
  restart(more?: readonly string[]): Promise<void>;
}

/** How a mongod is started. */
export interface MongodOptions {
  /** The name of its replica set. @default "set" */
  name?: string;
  /** More arguments, such as `--shardsvr`. */
  args?: readonly string[];
}

const startMs = 60_000;

/** Starts a mongod on a free port, with data of its own, and returns when it takes writes. */
export async function startMongod(options: MongodOptions = {}): Promise<Mongod> {
  const { name = "set", args = [] } = options;
  await using resources = new AsyncDisposableStack();
  const { path } = await findMongod();
  const data = resources.use(await makeDataDirectory());
  const port = await findFreePort();
  const dataPath = join(data.path, name);
  await mkdir(dataPath);
  const uri = `mongodb://127.0.0.1:${port}/chatnest?directConnection=true&retryWrites=false`;

  function run(more: readonly string[] = []): ChildProcess {
    return spawn(
      path,
      [
        ...["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", dataPath],
        ...["--replSet", name, "--wiredTigerCacheSizeGB", "1", "--nounixsocket"],
        ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
        ...["--logpath", join(data.path, `${name}.log`), "--logappend"],
        ...args,
        ...more,
      ],
      { stdio: "ignore" },
    );
  }

  let mongod = run();
  resources.defer(() => end(mongod, "SIGKILL"));
  const connection = createConnection(uri);
  resources.defer(() => connection.client.close());
  await initiate(connection, {
    _id: name,
    ...(args.includes("--configsvr") && { configsvr: true }),
    members: [{ _id: 0, host: `127.0.0.1:${port}` }],
  });

  const owned = resources.move();
  return {
    ...{ name, port, uri, connection },
    async restart(more) {
      await end(mongod, "SIGTERM");
      mongod = run(more);
      await untilPrimary(connection);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Asks a mongod for its statistics: https://www.mongodb.com/docs/manual/reference/command/serverStatus/ */
export async function serverStatus({ connection }: Mongod) {
  const status = await connection.client.db("admin").command({ serverStatus: 1 });
  const { extra_info, network, wiredTiger } = status;
  return {
    cpuMs: (Number(extra_info.user_time_us) + Number(extra_info.system_time_us)) / 1_000,
    bytesOut: Number(network.bytesOut),
    cacheBytes: Number(wiredTiger.cache["bytes currently in the cache"]),
    pagesRead: Number(wiredTiger.cache["pages read into cache"]),
    diskBytesRead: Number(wiredTiger["block-manager"]["bytes read"]),
  };
}

async function initiate({ client }: Connection, config: object): Promise<void> {
  await retry(() => client.db("admin").command({ replSetInitiate: config }));
  await untilPrimary({ client });
}

async function untilPrimary({ client }: Pick<Connection, "client">): Promise<void> {
  await retry(async () => {
    const { isWritablePrimary } = await client.db("admin").command({ hello: 1 });
    if (!isWritablePrimary) throw new Error("it is not primary yet");
  });
}

async function retry(act: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + startMs;
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

async function end(mongod: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (mongod.exitCode !== null || mongod.signalCode !== null) return;
  const exited = once(mongod, "exit");
  mongod.kill(signal);
  await exited;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
