import { randomUUID } from "node:crypto";
import { openMongoStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { startServer } from "./server.ts";

/** Starts two processes on one database of their own. */
export async function openMongoPair(uri: string) {
  const { stack, stores } = await openStores(uri);
  const servers = await Promise.all(stores.map((store) => startServer({ store })));
  for (const server of servers) stack.use(server);
  return { stores, servers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What is stored by one process, and a server that is another, on a database of their own. */
export async function openStoreAndServer(uri: string) {
  const {
    stack,
    stores: [there, here],
  } = await openStores(uri);
  stack.defer(() => there.close());
  const server = stack.use(await startServer({ store: here }));
  return { there, server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Opens two stores on one database, which is dropped at the end. */
async function openStores(uri: string) {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const stack = new AsyncDisposableStack();
  const client = stack.adopt(new MongoClient(uri), (one) => one.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  const open = () => openMongoStore({ uri: inDatabase });
  const stores = [open(), open()] as const;
  await Promise.all(stores.map(({ ready }) => ready));
  return { stack, stores };
}
