import type { MongoStoreOptions } from "@chatnest/db";
import type { Logger } from "pino";

type StoreEvents = Omit<MongoStoreOptions, "uri">;

/** Makes the listeners that log what happens while a store opens. */
export function logStoreEvents(logger: Logger): StoreEvents {
  return {
    onRetry({ message }) {
      logger.warn({ reason: message }, "cannot reach the store, trying again");
    },
    onAlone() {
      const text =
        "this MongoDB is a standalone: if its disk fails, all messages are lost, and messages of other processes arrive up to 5 s late; use a replica set";
      logger.warn(text);
    },
    onKnownHoles(version, holes) {
      logger.warn({ version, holes }, `MongoDB ${version} should be upgraded: ${holes.join("; ")}`);
    },
    onFormerCollections(collections) {
      const text =
        "found collections of the former service and left them alone: run chatnest import --from-fastapi with the URI of this database";
      logger.info({ collections }, text);
    },
  };
}
