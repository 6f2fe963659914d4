import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { vi } from "vitest";
import { createEvents } from "../src/commit/events.ts";
import { openMongoStore } from "../src/index.ts";
import { createConnection } from "../src/mongo/connection/connection.ts";
import { createSettling } from "../src/mongo/inbox/settling.ts";
import { createWaking } from "../src/mongo/inbox/waking.ts";
import type { ChatStore } from "../src/store.ts";
import type { ClockedStore, OpenedStore, StoreKind } from "./opened-store.ts";
import { withDatabase } from "./with-database.ts";

/** The store on a MongoDB. */
export function mongoKind(uri: string): StoreKind {
  return {
    open: () => openOnDatabase(uri),
    openClocked: () => openWithClock(uri),
    data: "shared",
    interleavings: 10,
  };
}

/** Opens a store on a database with a random name, so that it meets nothing of another test or of anybody else. */
async function openOnDatabase(
  uri: string,
  database = `chatnest_test_${randomUUID()}`,
): Promise<OpenedStore> {
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

/** Opens a store on a database in which two processes settle at once when the test says so. */
async function openWithClock(uri: string): Promise<ClockedStore> {
  vi.useFakeTimers({ toFake: ["Date"] });
  const database = `chatnest_test_${randomUUID()}`;
  const opened = await openOnDatabase(uri, database);
  const connections = [1, 2].map(() => createConnection(withDatabase(uri, database)));
  const settlings = connections.map((connection) => {
    const waking = createWaking(connection, createEvents());
    return createSettling(connection, { waking });
  });
  return {
    ...opened,
    async settle() {
      vi.setSystemTime(Date.now() + 200_000);
      await Promise.all(settlings.map((settling) => settling.settle()));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map(({ client }) => client.close()));
      await opened[Symbol.asyncDispose]();
      vi.useRealTimers();
    },
  };
}
