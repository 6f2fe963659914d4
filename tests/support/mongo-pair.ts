import { randomUUID } from "node:crypto";
import { openMongoStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { startServer } from "./server.ts";

/** Starts two processes on one database of their own. */
export async function openMongoPair(uri: string) {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const stack = new AsyncDisposableStack();
  const client = stack.adopt(new MongoClient(uri), (one) => one.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  const stores = [openMongoStore({ uri: inDatabase }), openMongoStore({ uri: inDatabase })];
  await Promise.all(stores.map(({ ready }) => ready));
  const servers = await Promise.all(stores.map((store) => startServer({ store })));
  for (const server of servers) stack.use(server);
  return { stores, servers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
