import { type Document, MongoClient } from "mongodb";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { until } from "./until.ts";

/** How a mongod is started; it starts again with the same. */
export interface MongodSettings {
  path: string;
  /** Where it listens. */
  port: number;
  dataPath: string;
  replicaSet: string;
  /** Further arguments. */
  args: readonly string[];
}

/** A mongod that can be killed and started again on its port and its data. */
export class MongodProcess {
  readonly port: number;
  readonly #settings: MongodSettings;
  #process: GuardedProcess | undefined;
  #isStopped = false;

  constructor(settings: MongodSettings) {
    this.#settings = settings;
    this.port = settings.port;
  }

  /** Whether it can be expected to answer. */
  get isServing(): boolean {
    return this.#process?.isRunning === true && !this.#isStopped;
  }

  /** Starts it, if it does not run, and returns when it answers. */
  async start(): Promise<void> {
    this.resume();
    if (!this.#process?.isRunning) this.#process = this.#spawn();
    const what = `the mongod on port ${this.port} answers`;
    await until(() => this.command({ ping: 1 }), { timeoutMs: 30_000, what });
  }

  /** Stops it as SIGSTOP does: its connections stay open and silent. */
  stop(): void {
    this.#isStopped = true;
    this.#process?.stop();
  }

  /** Lets it go on after a stop. */
  resume(): void {
    this.#isStopped = false;
    this.#process?.resume();
  }

  /** Ends it as SIGKILL does. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#isStopped = false;
  }

  /** Runs a command on this mongod itself, whatever its part in the set, past every proxy. */
  async command(command: Document, database = "admin"): Promise<Document> {
    await using client = new MongoClient(`mongodb://127.0.0.1:${this.port}`, {
      directConnection: true,
      serverSelectionTimeoutMS: 1_000,
      connectTimeoutMS: 1_000,
      socketTimeoutMS: 20_000,
    });
    return await client.db(database).command(command);
  }

  #spawn(): GuardedProcess {
    const { path, port, dataPath, replicaSet, args } = this.#settings;
    const started = startGuarded(path, [
      ...["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", dataPath],
      ...["--replSet", replicaSet, "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "128"],
      // Test commands make fail points possible, and let a proxy know who connects.
      ...["--setParameter", "enableTestCommands=1"],
      ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
      ...["--logpath", `${dataPath}.log`, "--logappend"],
      ...args,
      ...(process.platform === "win32" ? [] : ["--nounixsocket"]),
    ]);
    started.child.stdout?.resume();
    started.child.stderr?.resume();
    return started;
  }
}
