import { until } from "@chatnest/tests/support/until.ts";
import { type Mongod, startMongod } from "./mongod.ts";
import { openRouter, type Router } from "./router.ts";

/** A bound of a range: a document with the shard key, as `config.chunks` has it. */
export type Bound = Record<string, unknown>;

/** A range of a sharded collection: https://www.mongodb.com/docs/manual/reference/config-database/#config.chunks */
export interface Range {
  min: Bound;
  max: Bound;
  shard: string;
}

/** A sharded cluster of one config server and two shards, the first of which had data before. */
export interface Cluster extends AsyncDisposable {
  first: Mongod;
  second: Mongod;
  /** Adds both shards: what the first one holds is in the cluster from then on. */
  addShards(): Promise<void>;
  /** Stops the balancer, so that only what a trial moves is moved, and sets the size of ranges. */
  configure(options: { rangeMegabytes: number }): Promise<void>;
  /** Shards a collection of the database `chatnest`. @throws MongoServerError when MongoDB refuses. */
  shardCollection(collection: string, key: object): Promise<void>;
  ranges(collection: string): Promise<Range[]>;
  /** Splits the range that holds a bound at it. */
  splitAt(collection: string, bound: Bound): Promise<void>;
  /** Lets MongoDB keep what is below a bound on the first shard and the rest on the second; answers when it is so. */
  keepApart(collection: string, bound: Bound): Promise<void>;
  /** Moves a range to another shard. @throws MongoServerError when MongoDB refuses. */
  moveRange(collection: string, range: Range, options: MoveOptions): Promise<void>;
  /** Opens a port that speaks for the cluster. */
  openRouter(): Promise<Router>;
}

/** How to move a range. */
export interface MoveOptions {
  to: string;
  /** Moves it although it is too large. */
  isForced?: boolean;
}

const atMajority = { writeConcern: { w: "majority" } };

/** Starts the servers of a cluster; nothing is in the cluster yet. */
export async function startCluster(): Promise<Cluster> {
  await using resources = new AsyncDisposableStack();
  const [config, first, second] = await Promise.all([
    startMongod({ name: "config", args: ["--configsvr"] }),
    // A replica set like any other, until the cluster takes it in.
    startMongod({ name: "first" }),
    startMongod({ name: "second", args: ["--shardsvr"] }),
  ]);
  for (const mongod of [config, first, second]) resources.use(mongod);
  const { client } = config.connection;
  const catalog = client.db("config");

  async function collectionOf(name: string) {
    const found = await catalog
      .collection<{ _id: string }>("collections")
      .findOne({ _id: `chatnest.${name}` });
    if (!found) throw new Error(`${name} is not sharded`);
    return found as Record<string, unknown>;
  }

  async function ranges(collection: string): Promise<Range[]> {
    const { uuid } = await collectionOf(collection);
    return catalog.collection<Range>("chunks").find({ uuid }).sort({ min: 1 }).toArray();
  }

  const owned = resources.move();
  return {
    ...{ first, second, ranges },
    async addShards() {
      await first.restart(["--shardsvr"]);
      for (const { name, port } of [first, second]) {
        const shard = `${name}/127.0.0.1:${port}`;
        await client.db("admin").command({ _configsvrAddShard: shard, ...atMajority });
      }
    },
    async configure({ rangeMegabytes }) {
      await client.db("admin").command({ _configsvrBalancerStop: 1 });
      await catalog
        .collection<{ _id: string }>("settings")
        .updateOne({ _id: "chunksize" }, { $set: { value: rangeMegabytes } }, { upsert: true });
    },
    async shardCollection(collection, key) {
      const database = await catalog
        .collection<{ _id: string; version: unknown }>("databases")
        .findOne({ _id: "chatnest" });
      await first.connection.db.command({
        _shardsvrCreateCollection: collection,
        shardKey: key,
        databaseVersion: database?.version,
        ...atMajority,
      });
    },
    async splitAt(collection, bound) {
      const { lastmodEpoch, timestamp, key } = await collectionOf(collection);
      const field = Object.keys(bound)[0] ?? "";
      const around = (await ranges(collection)).findLast(
        ({ min }) => typeof min[field] === "object" || String(min[field]) <= String(bound[field]),
      );
      const shard = [first, second].find(({ name }) => name === around?.shard);
      await shard?.connection.client.db("admin").command({
        splitChunk: `chatnest.${collection}`,
        from: shard.name,
        keyPattern: key,
        epoch: lastmodEpoch,
        timestamp,
        min: around?.min,
        max: around?.max,
        splitKeys: [bound],
      });
    },
    async keepApart(collection, bound) {
      const admin = client.db("admin");
      const ns = `chatnest.${collection}`;
      const around = await ranges(collection);
      const bounds = [around.at(0)?.min, bound, around.at(-1)?.max];
      for (const [index, { name }] of [first, second].entries()) {
        await admin.command({ _configsvrAddShardToZone: name, zone: name, ...atMajority });
        const zone = { min: bounds[index], max: bounds[index + 1], zone: name };
        await admin.command({ _configsvrUpdateZoneKeyRange: ns, ...zone, ...atMajority });
      }
      await admin.command({ _configsvrBalancerStart: 1 });
      await until(
        async () => {
          const { balancerCompliant } = await admin.command({
            _configsvrBalancerCollectionStatus: ns,
          });
          return balancerCompliant === true;
        },
        { timeoutMs: 120_000, what: "every range is in its zone" },
      );
      await admin.command({ _configsvrBalancerStop: 1 });
    },
    async moveRange(collection, { min, max }, { to, isForced = false }) {
      await client.db("admin").command({
        _configsvrMoveRange: `chatnest.${collection}`,
        ...{ toShard: to, min, max },
        // The number that mongos makes of `forceJumbo: true`.
        ...(isForced && { forceJumbo: 1 }),
        ...atMajority,
      });
    },
    openRouter: () => openRouter(first.port),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
