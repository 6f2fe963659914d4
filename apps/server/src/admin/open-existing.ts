import { existsSync } from "node:fs";
import type { MongoStoreOptions } from "@chatnest/db";
import { CommandError } from "../command-error.ts";
import type { Settings } from "../env.ts";
import { type OpenedStore, openStore } from "../store.ts";

/**
 * Opens the store that the settings name for a command that works on what is stored: one that made an empty store, in the wrong
 * folder, would report success.
 * @throws CommandError when there is no such store, StoreError `cannot_open`.
 */
export function openExisting(
  settings: Settings,
  events: Omit<MongoStoreOptions, "uri">,
): OpenedStore {
  const { mongodbUri, dataFile } = settings;
  if (mongodbUri !== undefined) return openStore(settings, events);
  if (dataFile === ":memory:") {
    throw new CommandError("CHATNEST_DATA=:memory: is only in the memory of its server");
  }
  if (!existsSync(dataFile)) {
    throw new CommandError(
      `there is no store at ${dataFile}: run this in the server's folder, or with its CHATNEST_DATA or MONGODB_URI`,
    );
  }
  return openStore(settings, events);
}
