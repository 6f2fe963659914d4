import { describe, expect, inject, it } from "vitest";
import {
  type ChatStore,
  type GroupCommitMessage,
  groupCommitChannel,
  openSqliteStore,
  watchChannel,
} from "../src/index.ts";
import { listen } from "./listen.ts";
import { outcomesOf, send } from "./log.ts";
import { newMessage, newNote } from "./make.ts";
import { newDatabase } from "./mongo-database.ts";

const deployments = inject("mongoDeployments");
const replicaSets = deployments.filter(({ name }) => name !== "standalone");
const standalones = deployments.filter(({ name }) => name === "standalone");

describe("SQLite", () => {
  it("publishes its groups", async () => {
    const store = openSqliteStore(":memory:");
    await expectGroupPublished(store, "sqlite");
    await store.close();
  });
});

describe.each(deployments)("MongoDB $name", ({ uri }) => {
  it("publishes its groups", async () => {
    await using database = newDatabase(uri);
    await expectGroupPublished(await database.open(), "mongodb");
  });
});

describe.each(standalones)("MongoDB $name", ({ uri }) => {
  it("publishes that it has no change stream", async () => {
    using heard = listen(watchChannel);
    await using database = newDatabase(uri);
    await database.open();
    await expect.poll(() => heard.messages).toEqual([{ kind: "state", state: "alone" }]);
  });
});

describe.each(replicaSets)("MongoDB $name", ({ uri }) => {
  it("publishes that it is live, and how late it hears", async () => {
    using heard = listen(watchChannel);
    await using database = newDatabase(uri);
    const store = await database.open();
    await expect.poll(() => heard.messages).toEqual([{ kind: "state", state: "live" }]);
    await send(store, newNote({ user_id: "ann" }));
    await expect.poll(() => heard.messages.length).toBe(2);
    expect(heard.messages[1]).toEqual({ kind: "lag", lagMs: expect.any(Number) });
  });
});

async function expectGroupPublished(
  store: ChatStore,
  name: GroupCommitMessage["store"],
): Promise<void> {
  const known = newMessage({ conversation_id: "room" });
  await send(store, known);
  using heard = listen(groupCommitChannel);
  const sends = [
    known,
    { ...known, content: "other" },
    newMessage({ conversation_id: "room" }),
    newNote({ user_id: "ann" }),
  ];
  expect(await outcomesOf(store, sends)).toEqual(["repeated", "conflict", "created", "created"]);
  // It is published just after the answers.
  await expect.poll(() => heard.messages.length).toBe(1);
  expect(heard.messages).toEqual([
    {
      store: name,
      size: 4,
      lanes: 2,
      durationMs: expect.any(Number),
      outcomes: { created: 2, repeated: 1, refused: 1, failed: 0, left: 0 },
      waiting: 0,
    },
  ]);
}
