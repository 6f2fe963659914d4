import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { openMongoStore } from "../src/index.ts";
import { newMessage, unique } from "./make.ts";
import { withDatabase } from "./with-database.ts";

const replicaSets = inject("mongoDeployments").filter(({ name }) => name !== "standalone");

// What a set says that is busy, electing, shutting down, out of space or under repair; all of it passes.
const codes = [
  6, 7, 24, 43, 50, 64, 89, 91, 112, 133, 134, 175, 189, 202, 211, 237, 246, 262, 317, 365, 462,
  9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436, 14031,
];

describe.each(replicaSets)("MongoDB $name away", ({ uri }) => {
  it.each(codes)(
    "answers with unavailable to a read, and tries a send again, on error %i",
    async (errorCode) => {
      await using one = await openFailing(uri);
      // The driver tries a read once more by itself.
      await one.fail(2, { failCommands: ["find"], errorCode });
      const page = one.store.messages.page(`c:${unique("room")}`, { limit: 1, from: "newest" });
      await expect(page).rejects.toMatchObject({ code: "unavailable" });
      await one.fail(0, { failCommands: [] });
      await one.fail(1, { failCommands: ["insert"], errorCode });
      const { message } = await one.store.messages.append(newMessage());
      expect(message.seq).toBe(1);
    },
  );

  it("does not take for that what is a bug", async () => {
    await using one = await openFailing(uri);
    await one.fail(1, { failCommands: ["find"], errorCode: 9 /* FailedToParse */ });
    const page = one.store.messages.page("c:room", { limit: 1, from: "newest" });
    await expect(page).rejects.toMatchObject({ name: "MongoServerError" });
  });
});

/** Opens a store whose next command of a kind can be made to fail. */
async function openFailing(uri: string) {
  const name = `chatnest_test_${randomUUID()}`;
  const client = new MongoClient(uri);
  const base = withDatabase(uri, name);
  const store = openMongoStore({ uri: `${base}${base.includes("?") ? "&" : "?"}appName=${name}` });
  await store.ready;
  return {
    store,
    async fail(times: number, data: Record<string, unknown>): Promise<void> {
      const failPoint = { configureFailPoint: "failCommand", mode: { times } };
      await client.db("admin").command({ ...failPoint, data: { ...data, appName: name } });
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}
