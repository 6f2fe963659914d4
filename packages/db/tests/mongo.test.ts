import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { inject } from "vitest";
import { openMongoStore } from "../src/index.ts";
import type { ChatStore } from "../src/store.ts";
import { describeStore } from "./describe-store.ts";
import type { OpenedStore } from "./opened-store.ts";
import { withDatabase } from "./with-database.ts";

const deployments = inject("mongoDeployments");
if (deployments.length === 0) throw new Error("no MongoDB was provided: these tests never skip it");

for (const { name, uri } of deployments) {
  const open = () => openOnDatabase(uri);
  describeStore(`MongoDB ${name}`, { open, data: "shared", interleavings: 10, schedules: 30 });
}

/** Opens a store on a database with a random name, so that it meets nothing of another test or of anybody else. */
async function openOnDatabase(uri: string): Promise<OpenedStore> {
  const database = `chatnest_test_${randomUUID()}`;
  const opened: ChatStore[] = [];
  const openAgain = async () => {
    const store = openMongoStore({ uri: withDatabase(uri, database) });
    opened.push(store);
    await store.ready;
    return store;
  };
  return {
    store: await openAgain(),
    openAgain,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((store) => store.close()));
      await using client = new MongoClient(uri);
      await client.db(database).dropDatabase();
    },
  };
}
