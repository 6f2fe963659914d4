import { describe, expect, inject, it } from "vitest";
import { say } from "../support/live.ts";
import { openStoreAndServer } from "../support/mongo-pair.ts";
import { pathOf } from "../support/rest.ts";
import { SseReader } from "../support/sse-reader.ts";

describe.each(inject("mongoDeployments"))("two processes on MongoDB $name", ({ uri }) => {
  it("tell marks, settings, titles and totals of each other, by the next check at the latest", async () => {
    await using pair = await openStoreAndServer(uri);
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
