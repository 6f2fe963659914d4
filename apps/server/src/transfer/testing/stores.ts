import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
// biome-ignore lint/style/noRestrictedImports: a test removes its database.
import { MongoClient } from "mongodb";
import { unique } from "./histories.ts";

/** A store of a test's own, and where it is. */
export interface TestStore extends AsyncDisposable {
  store: ChatStore;
  /** Its file, or its URI. */
  place: string;
}

/** Opens an empty embedded store in a file. */
export async function openFile(): Promise<TestStore> {
  const folder = await mkdtempDisposable(join(tmpdir(), "chatnest-transfer-"));
  const place = join(folder.path, "chatnest.db");
  const store = openSqliteStore(place);
  return {
    store,
    place,
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Opens an empty store in a MongoDB. */
export async function openDatabase(uri: string): Promise<TestStore> {
  const name = unique("chatnest_test");
  const place = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const store = openMongoStore({ uri: place });
  await store.ready;
  return {
    store,
    place,
    async [Symbol.asyncDispose]() {
      await store.close();
      await using client = new MongoClient(uri);
      await client.db(name).dropDatabase();
    },
  };
}
