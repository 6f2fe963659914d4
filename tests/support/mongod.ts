import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { MongoMemoryReplSet, MongoMemoryServer } from "mongodb-memory-server-core";
import { makeDataDirectory } from "./data-directory.ts";
import { findMongod } from "./mongod-binary.ts";

/** One running mongod process. */
interface MongodMember {
  port: number;
  pid: number;
}

/** A MongoDB of a test's own; disposing it ends the processes and removes their data. */
export interface MongoDeployment extends AsyncDisposable {
  readonly uri: string;
  readonly members: readonly MongodMember[];
}

/** How a replica set is started. */
export interface ReplicaSetOptions {
  /** @default 3 */
  memberCount?: number;
  /** How long the others wait for a silent primary before they elect another. @default 2000 */
  electionTimeoutMs?: number;
}

// Test commands make fail points possible; the rest keeps four servers small beside the tests, and the temporary
// folder free of the sockets that a killed mongod leaves.
const MONGOD_ARGS = [
  ...["--wiredTigerCacheSizeGB", "0.5"],
  ...["--setParameter", "enableTestCommands=1"],
  ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
  ...(process.platform === "win32" ? [] : ["--nounixsocket"]),
];
const LAUNCH_TIMEOUT_MS = 60_000;
// States of a member that serves: https://www.mongodb.com/docs/manual/reference/replica-states/
const PRIMARY = 1;
const SECONDARY = 2;

/** Starts a replica set of real servers and returns once every member serves. */
export async function startReplicaSet(options: ReplicaSetOptions = {}): Promise<MongoDeployment> {
  const { memberCount = 3, electionTimeoutMs = 2000 } = options;
  await using resources = new AsyncDisposableStack();
  const { binary, newDataPath } = await prepare(resources);

  const dataPaths = await Promise.all(Array.from({ length: memberCount }, newDataPath));
  const replicaSet = new MongoMemoryReplSet({
    binary,
    instanceOpts: dataPaths.map((dbPath) => ({ dbPath, launchTimeout: LAUNCH_TIMEOUT_MS })),
    replSet: {
      args: MONGOD_ARGS,
      storageEngine: "wiredTiger",
      configSettings: { electionTimeoutMillis: electionTimeoutMs },
    },
  });
  await replicaSet.start();
  const servers = [...replicaSet.servers];
  resources.defer(() => end(servers));
  await untilEveryMemberServes(replicaSet.getUri());
  return toDeployment(replicaSet.getUri(), servers, resources.move());
}

/** Starts one real server that is in no replica set. */
export async function startStandalone(): Promise<MongoDeployment> {
  await using resources = new AsyncDisposableStack();
  const { binary, newDataPath } = await prepare(resources);

  const server = await MongoMemoryServer.create({
    binary,
    instance: {
      args: MONGOD_ARGS,
      storageEngine: "wiredTiger",
      dbPath: await newDataPath(),
      launchTimeout: LAUNCH_TIMEOUT_MS,
    },
  });
  resources.defer(() => end([server]));
  return toDeployment(server.getUri(), [server], resources.move());
}

async function prepare(resources: AsyncDisposableStack) {
  const { path, version } = await findMongod();
  const data = resources.use(await makeDataDirectory());
  let count = 0;
  async function newDataPath(): Promise<string> {
    count += 1;
    const dataPath = join(data.path, String(count));
    await mkdir(dataPath);
    return dataPath;
  }
  return { binary: { systemBinary: path, version }, newDataPath };
}

function toDeployment(
  uri: string,
  servers: readonly MongoMemoryServer[],
  resources: AsyncDisposableStack,
): MongoDeployment {
  const members = servers.map((server) => {
    const port = server.instanceInfo?.port;
    const pid = toProcess(server)?.pid;
    if (port === undefined || pid === undefined)
      throw new Error("A started mongod has no port or no process id.");
    return { port, pid };
  });
  return { uri, members, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function toProcess(server: MongoMemoryServer): ChildProcess | undefined {
  return server.instanceInfo?.instance.mongodProcess;
}

/** Kills, since the data goes too, and since a member that a test stopped or killed answers no polite request. */
async function end(servers: readonly MongoMemoryServer[]): Promise<void> {
  await Promise.all(servers.map((server) => kill(toProcess(server))));
  await Promise.all(servers.map((server) => server.stop({ doCleanup: false })));
}

async function kill(mongod: ChildProcess | undefined): Promise<void> {
  if (!mongod || mongod.exitCode !== null || mongod.signalCode !== null) return;
  const exited = once(mongod, "exit");
  mongod.kill("SIGKILL");
  await exited;
}

async function untilEveryMemberServes(uri: string): Promise<void> {
  await using client = new MongoClient(uri);
  const deadline = Date.now() + LAUNCH_TIMEOUT_MS;
  for (;;) {
    const { members } = await client.db("admin").command({ replSetGetStatus: 1 });
    const states: number[] = members.map((member: { state: number }) => member.state);
    if (states.every((state) => state === PRIMARY || state === SECONDARY)) return;
    if (Date.now() > deadline)
      throw new Error(`Members of the replica set are still in states ${states.join(", ")}.`);
    await delay(20);
  }
}
