import { randomUUID } from "node:crypto";
import { openMongoStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { say } from "../support/live.ts";
import { pathOf } from "../support/rest.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";

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
  it("tell marks, settings, titles and totals of each other, by the next check at the latest", async () => {
    await using pair = await openPair(uri);
    const { there, server } = pair;
    for (const id of ["marked", "pinned"]) {
      await there.conversations.create({ id, user_ids: ["bob", "ann", "cyd"] });
      await say(there, id, 3);
    }
    const path = `${pathOf("users", "bob", "events")}?inbox=true`;
    await using reader = await SseReader.open(server.url + path);
    await reader.until(({ events }) => events.some(({ event }) => event === "unread"), 15_000);
    await there.reads.mark({ conversation_id: "marked", user_id: "bob" }, { read_seq: 2 });
    await there.reads.mark({ conversation_id: "marked", user_id: "cyd" }, { read_seq: 1 });
    await there.members.update({ conversation_id: "pinned", user_id: "bob" }, { pinned: true });
    await there.conversations.update("marked", { title: "Tea" });
    const isTold = (event: string, data: object) =>
      expect
        .poll(() => reader.dataOf(event), { timeout: 15_000 })
        .toContainEqual(expect.objectContaining(data));
    await isTold("read", {
      conversation_id: "marked",
      user_id: "bob",
      read_seq: 2,
      unread_count: 1,
    });
    await isTold("read", { conversation_id: "marked", user_id: "cyd", read_seq: 1 });
    await isTold("settings", { conversation_id: "pinned", user_id: "bob", pinned: true });
    await isTold("conversation", { conversation_id: "marked", title: "Tea", metadata: null });
    await isTold("unread", { conversations: 2, messages: 4, mentions: 0 });
  }, 60_000);
});
