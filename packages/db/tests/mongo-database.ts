import { randomUUID } from "node:crypto";
import { type Db, type Document, MongoClient } from "mongodb";
import { type ChatStore, openMongoStore } from "../src/index.ts";
import { withDatabase } from "./with-database.ts";

/** A database of a test's own; disposing of it closes the stores on it and removes it. */
export interface TestDatabase extends AsyncDisposable {
  db: Db;
  /** Opens another store on it, under a name by which its commands can be made to fail. */
  open(appName?: string): Promise<ChatStore>;
  /** Makes commands fail, in one test file at a time, since a server has one such rule: https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point */
  failCommand(mode: Document | "alwaysOn" | "off", data: Document): Promise<void>;
}

/** Makes a new, empty database. */
export function newDatabase(uri: string): TestDatabase {
  const name = `chatnest_test_${randomUUID()}`;
  const client = new MongoClient(uri);
  const stores: ChatStore[] = [];
  return {
    db: client.db(name),
    async open(appName = "test") {
      const base = withDatabase(uri, name);
      const options = `${base.includes("?") ? "&" : "?"}appName=${appName}`;
      const store = openMongoStore({ uri: base + options });
      stores.push(store);
      await store.ready;
      return store;
    },
    async failCommand(mode, data) {
      const failPoint = { configureFailPoint: "failCommand", mode, data };
      await client.db("admin").command(failPoint);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}
