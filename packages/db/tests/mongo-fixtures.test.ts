import { describe, expect, inject, it } from "vitest";
import { changeOldMessages, expectReadAsBefore, restoreMongo } from "./fixtures.ts";
import { expectFolded } from "./folded.ts";
import { newDatabase } from "./mongo-database.ts";
import { Room } from "./room.ts";

describe.each(inject("mongoDeployments"))("MongoDB $name", ({ uri }) => {
  it("reads a database of schema version 1 as it was, and changes its messages", async () => {
    await using database = newDatabase(uri);
    await restoreMongo(database.db, "mongodb-1");
    const [first, second] = [await database.open(), await database.open()];
    for (const store of [first, second]) await expectReadAsBefore(store, "mongodb-1");
    const lobby = new Room(() => first, { user_id: "ann", conversation_id: "lobby" });
    // Processes of the version that wrote it may be running.
    expect(await lobby.outcomes([lobby.newReaction(1, "+1"), lobby.newDeletion(1)])).toEqual([
      ...["conflict", "conflict"],
    ]);
    await expectReadAsBefore(first, "mongodb-1");
    await second.upgrade();
    await second.upgrade();
    await changeOldMessages(first);
    await expectFolded(second, lobby.stream);
    await expectFolded(await database.open(), lobby.stream);
  });
});
