import { randomUUID } from "node:crypto";
import { type ChatNestProcess, startChatNest } from "../support/chatnest-process.ts";
import { FaultSet, type FaultSetOptions } from "../support/fault-set.ts";

/** A replica set, and ChatNest servers on a database of their own in it. */
export interface Cluster extends AsyncDisposable {
  readonly set: FaultSet;
  readonly uri: string;
  /** The name of the database. */
  readonly database: string;
  readonly servers: readonly ChatNestProcess[];
  readonly urls: readonly string[];
}

/** How a cluster is started. */
export interface ClusterOptions extends FaultSetOptions {
  /** @default 2 */
  serverCount?: number;
}

/** Starts a replica set and servers on it, and returns when all are ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  await using resources = new AsyncDisposableStack();
  const set = resources.use(await FaultSet.start(options));
  const database = `chatnest_faults_${randomUUID().slice(0, 8)}`;
  const uri = set.uri(database);
  const count = options.serverCount ?? 2;
  const servers = await Promise.all(Array.from({ length: count }, () => startChatNest(uri)));
  for (const server of servers) resources.use(server);
  const owned = resources.move();
  return {
    set,
    uri,
    database,
    servers,
    urls: servers.map(({ url }) => url),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
