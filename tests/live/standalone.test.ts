import { randomUUID } from "node:crypto";
import { openMongoStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { followUser } from "../support/user-reader.ts";

/** What is stored by one process, and a server that is another, on a database of their own. */
async function openPair(uri: string) {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const [there, here] = [openMongoStore({ uri: inDatabase }), openMongoStore({ uri: inDatabase })];
  const stack = new AsyncDisposableStack();
  const client = stack.adopt(new MongoClient(uri), (one) => one.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  stack.defer(() => there.close());
  await Promise.all([there.ready, here.ready]);
  const server = stack.use(await startServer({ store: here }));
  return { there, server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each(inject("mongoDeployments"))("two processes on MongoDB $name", ({ uri }) => {
  it("tell who joins and leaves conversations that stay quiet, by the next check at the latest", async () => {
    await using pair = await openPair(uri);
    const { there, server } = pair;
    await there.conversations.create({ id: "left", user_ids: ["bob", "ann"] });
    await there.conversations.create({ id: "joined", user_ids: ["ann"] });
    await using reader = await followUser(server, "bob");
    await there.members.leave({ conversation_id: "left", user_id: "bob" });
    await there.members.join({ conversation_id: "joined", user_id: "bob" });
    await there.conversations.create({ id: "begun", user_ids: ["bob"] });
    await reader.until(({ events }) => events.length > 3, 15_000);
    const told = reader.events.slice(1).map(({ event, data }) => {
      return [event, (data as { conversation_id: string }).conversation_id];
    });
    expect(told.toSorted()).toEqual([
      ["joined", "begun"],
      ["joined", "joined"],
      ["left", "left"],
    ]);
    // Once, however often they are looked at.
    await say(there, "begun");
    await reader.until(({ seqs }) => seqs.length > 0, 15_000);
    expect(reader.events.length).toBe(5);
  }, 60_000);
});
