import { openMongoStore } from "@chatnest/db";
import { type MongoDeployment, startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import { findMongod } from "@chatnest/tests/support/mongod-binary.ts";
import { settleMongo } from "../fill/settle.ts";
import { fillStore } from "../fill/store.ts";
import type { Kit } from "../kit.ts";
import { needed } from "../missing.ts";

/** Starts a three-member set, which all rows of a run share: each has a database of its own. */
export async function startMongo(): Promise<MongoDeployment> {
  await needed("mongod", () =>
    findMongod().catch((cause: unknown) => {
      throw new Error("none is installed, and none can be downloaded", { cause });
    }),
  );
  return startReplicaSet();
}

/** Names a database of the set. */
export async function mongoUri(kit: Kit, database: string): Promise<string> {
  const { uri } = await kit.get(startMongo);
  return uri.replace("/?", `/${database}?`);
}

/** Fills a database with the conversations of most rows; returns its URI. */
export async function filledMongoUri(kit: Kit): Promise<string> {
  const uri = await mongoUri(kit, "filled");
  const store = openMongoStore({ uri });
  await store.ready;
  await fillStore(store);
  await store.close();
  await settleMongo(uri);
  return uri;
}
