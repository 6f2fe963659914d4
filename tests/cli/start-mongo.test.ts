import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { startStandalone } from "../support/mongod.ts";
import { startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

it("warns of a standalone, and of a MongoDB with known holes", async () => {
  await using mongod = await startStandalone();
  const uri = `mongodb://127.0.0.1:${mongod.members[0]?.port}/test-${randomUUID()}?directConnection=true`;
  await using client = new MongoClient(uri);
  const { version } = await client.db().command({ buildInfo: 1 });
  await using folder = await newFolder();
  await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: uri } });
  await server.untilPrinted(/"level":"warn".+this MongoDB is a standalone/);
  // The one that a plain checkout tests with.
  if (!version.startsWith("6.0.")) return;
  const [line] = await server.untilPrinted(/.+should be upgraded.+\n/);
  expect(JSON.parse(line)).toMatchObject({
    level: "warn",
    version,
    holes: expect.arrayContaining(["it gets no more fixes since 2025-07-31"]),
    msg: expect.stringMatching(/^MongoDB 6\.0\.\d+ should be upgraded: .+/),
  });
});
