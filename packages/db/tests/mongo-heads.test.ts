import { randomUUID } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { conversationStream, openMongoStore } from "../src/index.ts";
import { createConnection } from "../src/mongo/connection/connection.ts";
import { readLogHeads } from "../src/mongo/log/heads.ts";
import { send } from "./log.ts";
import { newMessage } from "./make.ts";
import { withDatabase } from "./with-database.ts";

const streams = ["room-1", "room-2", "room-3", "empty"].map(conversationStream);

describe.each(inject("mongoDeployments"))("heads on MongoDB $name", ({ uri }) => {
  it("are the same as a router asks for them, one key of the index for each stream", async () => {
    const ofTest = withDatabase(uri, `chatnest_test_${randomUUID()}`);
    const store = openMongoStore({ uri: ofTest });
    await store.ready;
    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        send(store, newMessage({ conversation_id: `room-${(n % 3) + 1}` })),
      ),
    );
    await store.close();

    const connection = createConnection(ofTest);
    const { client, db } = connection;
    const asked = await readLogHeads(connection, streams);
    expect(asked.get("c:room-2")).toMatchObject({ seq: 100, count: 100, said_seq: 100 });
    expect(asked.size).toBe(3);
    await using session = client.startSession({ causalConsistency: true });
    await db.command({ profile: 2 });
    const routed = await readLogHeads(
      { ...connection, isRouted: () => Promise.resolve(true) },
      streams,
      session,
    );
    await db.command({ profile: 0 });
    expect(routed).toEqual(asked);
    const profiles = await db
      .collection("system.profile")
      .find({ "command.aggregate": 1 })
      .toArray();
    expect(profiles.map(({ keysExamined }) => keysExamined)).toEqual([asked.size]);
    await db.dropDatabase();
    await session.endSession();
    await client.close();
  });
});
