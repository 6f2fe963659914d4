import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { MongoClient } from "mongodb";
import { inject } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { until } from "../support/until.ts";

/** The stores that attacks run on. */
export const storeNames = ["SQLite", "MongoDB"] as const;
type StoreName = (typeof storeNames)[number];

/** A server under attack: the built one, in a process of its own, on a free port. */
export interface Target extends AsyncDisposable {
  url: string;
  port: number;
  pid: number;
  /** Its working directory; the embedded store is in `data`. */
  folder: string;
  /** Everything that it printed, on both outputs. */
  output(): string;
  /** The CPU time that it has used, all threads, in ms. */
  cpuMs(): Promise<number>;
  isRunning(): boolean;
}

/** How a server under attack is started. */
export interface TargetOptions {
  /** @default "SQLite" */
  store?: StoreName;
  env?: Record<string, string>;
}

/** Starts a server over an empty store of its own. */
export async function startTarget({
  store = "SQLite",
  env = {},
}: TargetOptions = {}): Promise<Target> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await newFolder());
  const settings = store === "MongoDB" ? { MONGODB_URI: newDatabase(resources) } : {};
  const server = resources.use(
    await startServer({ cwd: folder.path, env: { ...settings, ...env }, timeoutMs: 400_000 }),
  );
  const { url, port, process } = server;
  const { pid = 0 } = process;
  const isReady = async () => (await fetch(`${url}/readyz`)).ok;
  await until(isReady, { timeoutMs: 30_000, what: "the server is ready" });
  const owned = resources.move();
  return {
    url,
    port,
    pid,
    folder: folder.path,
    output: () => server.stdout + server.stderr,
    cpuMs: () => readCpuMs(pid),
    isRunning: () => process.exitCode === null && process.signalCode === null,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function newDatabase(resources: AsyncDisposableStack): string {
  const [{ uri: given } = { uri: "" }] = inject("mongoDeployments");
  const name = `chatnest_attacks_${randomUUID()}`;
  const uri = given.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  resources.defer(async () => {
    await using client = new MongoClient(uri);
    await client.db().dropDatabase();
  });
  return uri;
}

// The time on a processor in ns is the first field: https://docs.kernel.org/scheduler/sched-stats.html
async function readCpuMs(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const texts = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, "latin1")),
  );
  return texts.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0) / 1e6;
}
