import { describe, expect, inject, it } from "vitest";
import { say } from "../support/live.ts";
import { openStoreAndServer } from "../support/mongo-pair.ts";
import { followUser } from "../support/user-reader.ts";

describe.each(inject("mongoDeployments"))("two processes on MongoDB $name", ({ uri }) => {
  it("tell who joins and leaves conversations that stay quiet, by the next check at the latest", async () => {
    await using pair = await openStoreAndServer(uri);
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
