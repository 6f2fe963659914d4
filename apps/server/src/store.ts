import {
  type ChatStore,
  type MongoStoreOptions,
  openMongoStore,
  openSqliteStore,
} from "@chatnest/db";
import type { Settings } from "./env.ts";
import { nameMongo } from "./settings/mongo-name.ts";

/** A store that is open, or that opens by itself as soon as it can. */
export interface OpenedStore {
  store: ChatStore;
  /** What and where it is, without credentials. */
  name: string;
  /** Rejects with a StoreError `cannot_open` when waiting will not help. */
  ready: Promise<void>;
}

/**
 * Opens the store that the settings name; `events` are called while it opens.
 * @throws StoreError `cannot_open`
 */
export function openStore(settings: Settings, events: Omit<MongoStoreOptions, "uri">): OpenedStore {
  const { mongodbUri, dataFile } = settings;
  if (mongodbUri === undefined) {
    return {
      store: openSqliteStore(dataFile),
      name: `SQLite ${dataFile}`,
      ready: Promise.resolve(),
    };
  }
  const store = openMongoStore({ uri: mongodbUri, ...events });
  return { store, name: nameMongo(mongodbUri), ready: store.ready };
}
