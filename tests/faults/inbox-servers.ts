import { setTimeout as delay } from "node:timers/promises";
import { type Db, MongoClient } from "mongodb";
import { type ChatNestProcess, startChatNest } from "../support/chatnest-process.ts";
import { until } from "../support/until.ts";
import type { Cluster } from "./cluster.ts";

/** More than what a mark as active lasts, with the time after which a conversation is settled, in ms. */
const quietMs = 150_000;
const serverCount = 2;
/** The name of a process that settles, for whose updates MongoDB takes this much longer, in ms. */
const settler = { appName: "settler", slowMs: 400 };
/** How long MongoDB may go on with a command of a process that was killed, in ms. */
const lastCommandMs = 300;

/** Servers of one database that are killed and started again. */
export class InboxServers implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #client: MongoClient;
  readonly #running: (ChatNestProcess | undefined)[] = [];
  #urls: readonly string[] = [];
  #isPaused = false;

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#client = new MongoClient(cluster.uri, { writeConcern: { w: "majority" } });
  }

  static async start(cluster: Cluster): Promise<InboxServers> {
    const servers = new InboxServers(cluster);
    await servers.#startAll();
    return servers;
  }

  /** Where they are; killed ones too, until another one is started in their place. */
  get urls(): readonly string[] {
    // Nobody may use them before the time has passed.
    if (!this.#isPaused) this.#urls = this.#running.flatMap((server) => server?.url ?? []);
    return this.#urls;
  }

  /** Kills one of them, and starts another after some time. */
  async replace(index: number, awayMs: number): Promise<void> {
    await this.#running[index]?.kill();
    await delay(awayMs);
    await this.#start(index);
  }

  /**
   * Kills all of them, and starts others as if two minutes later: all that happens with the time is that conversations fall quiet.
   * Then it starts one more, which settles these, and is slow: users can go on when it has begun. Returns that one.
   */
  async pause(): Promise<ChatNestProcess> {
    const { set, uri } = this.#cluster;
    await Promise.all(this.#running.map((server) => server?.kill()));
    await delay(lastCommandMs);
    this.#isPaused = true;
    await this.#startAll();
    await pass(this.#client.db(), quietMs);
    const { appName, slowMs } = settler;
    const slow = { blockConnection: true, blockTimeMS: slowMs };
    await set.failCommand({ failCommands: ["update"], appName, ...slow });
    const started = await startChatNest(`${uri}&appName=${appName}`);
    this.#isPaused = false;
    return started;
  }

  /** Waits until the memberships of all conversations have all there is to know. */
  async settled(): Promise<void> {
    const db = this.#client.db();
    await until(
      async () => {
        const unsettled = { active_at: { $exists: false } };
        const awake = { state: { $ne: "settled" } };
        return (
          (await db.collection("chat_conversations").countDocuments(awake)) === 0 &&
          (await db.collection("chat_members").countDocuments(unsettled)) === 0
        );
      },
      { timeoutMs: 20_000, what: "all conversations are settled" },
    );
  }

  async #startAll(): Promise<void> {
    await Promise.all(Array.from({ length: serverCount }, (_, index) => this.#start(index)));
  }

  async #start(index: number): Promise<void> {
    const server = await startChatNest(this.#cluster.uri);
    this.#running[index] = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((server) => server?.kill()));
    await this.#client.close();
  }
}

/** Moves into the past what has to do with falling quiet. No process may run that remembers it. */
async function pass(db: Db, ms: number): Promise<void> {
  const moved = (field: string) => [
    {
      $set: {
        [field]: { $dateSubtract: { startDate: `$${field}`, unit: "millisecond", amount: ms } },
      },
    },
  ];
  await db
    .collection("chat_conversations")
    .updateMany({ active_until: { $exists: true } }, moved("active_until"));
  await db.collection("chat_members").updateMany({ awake: { $exists: true } }, moved("awake"));
}
