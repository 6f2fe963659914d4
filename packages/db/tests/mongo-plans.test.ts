import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { type ChatStore, openMongoStore } from "../src/index.ts";
import { newMessage, newUsers } from "./make.ts";
import { endProfile, type Profile, startProfile } from "./profile.ts";
import { withDatabase } from "./with-database.ts";

// EOF: there is no such collection yet.
const indexed = /^(IXSCAN|IDHACK|DISTINCT_SCAN|COUNT_SCAN|EOF)/;

describe.each(inject("mongoDeployments"))("MongoDB $name plans", ({ uri }) => {
  it("every query by an index, without an in-memory sort", async () => {
    await using client = new MongoClient(uri);
    const name = `chatnest_test_${randomUUID()}`;
    const db = client.db(name);
    await (await openStore(uri, name)).close();
    // Before the store opens again, so that what it does by itself is seen too.
    await startProfile(db);
    const store = await openStore(uri, name);
    await useEverything(store);
    await store.close();
    const profiles = (await endProfile(db)).filter(isPlanned);
    await db.dropDatabase();

    const without = profiles.filter(({ planSummary }) => !indexed.test(planSummary ?? ""));
    expect(without.map(({ ns, command }) => ({ ns, command }))).toEqual([]);
    expect(profiles.filter(({ hasSortStage }) => hasSortStage)).toEqual([]);
    const reads = profiles.filter(({ op }) => op === "query");
    for (const { docsExamined = 0, nreturned = 0 } of reads) {
      expect(docsExamined).toBeLessThanOrEqual(nreturned);
    }
    // All kinds of queries that the store has were seen, and no more.
    const kinds = profiles.map(({ op, ns }) => `${op} ${ns.slice(name.length + 1)}`);
    expect([...new Set(kinds)].toSorted()).toEqual([
      "command chat_conversations",
      "command chat_members",
      "command chat_messages",
      "query chat_conversations",
      "query chat_erasures",
      "query chat_leavings",
      "query chat_members",
      "query chat_messages",
      "query chat_meta",
      "remove chat_members",
      "update chat_conversations",
      "update chat_leavings",
      "update chat_members",
      "update chat_messages",
      "update chat_meta",
    ]);
  });
});

async function openStore(uri: string, name: string): Promise<ChatStore> {
  const store = openMongoStore({ uri: withDatabase(uri, name) });
  await store.ready;
  return store;
}

/** Calls everything that a store can do, on data large enough that a scan would show. */
async function useEverything(store: ChatStore): Promise<void> {
  await store.erasures.check();
  const { conversations, log, members, messages } = store;
  await conversations.create({ id: "full", user_ids: newUsers(1_000) });
  await conversations.create({ id: "full", user_ids: newUsers(1_000) });
  await members.join({ conversation_id: "full", user_id: "ann" });
  const sent = Array.from({ length: 600 }, (_, index) =>
    newMessage({ conversation_id: `room-${index % 30}`, user_id: "ann" }),
  );
  await Promise.all(sent.map((message) => log.append(message)));
  await Promise.all(sent.map((message) => log.append(message)));
  await log.append(newMessage({ conversation_id: null, user_id: "ann" }));
  await messages.page("c:room-1", { limit: 5, from: "newest" });
  await messages.page("c:room-1", { limit: 5, from: "newest", before: 9 });
  await messages.page("c:room-1", { limit: 5, from: "oldest", after: 3, before: 9 });
  await messages.get("c:room-1", 7);
  await messages.readOn("c:room-1", { after: 3, limit: 5 });
  await messages.readOn("c:room-1", { after: 10, limit: 50 });
  await log.page("c:room-1", { limit: 5, from: "oldest", after: 3 });
  await log.heads(["n:ann"]);
  await log.heads(["n:ann", "c:room-1"]);
  const [first] = await members.list("full", { limit: 5 });
  await members.list("full", { limit: 5, ...(first && { after: first }) });
  await members.has({ conversation_id: "full", user_id: "user-9" });
  const [top] = await conversations.inbox("ann", { limit: 10 });
  await conversations.inbox("ann", { limit: 10, ...(top && { after: top }) });
  await conversations.idsOf("ann", { after: "room-1", limit: 10 });
  await conversations.heads("active");
  await conversations.heads({ user_id: "ann", since: new Date() });
  await conversations.heads({ conversation_ids: ["room-1", "room-2"] });
  await members.among({
    conversation_ids: ["room-1", "full"],
    user_ids: ["ann", "bob"],
  });
  await members.among({
    conversation_ids: ["room-1", "full"],
    user_ids: newUsers(100),
  });
  await conversations.get(["full", "room-1", "room-2"], 10);
  await useReads(store);
  await members.leave({ conversation_id: "full", user_id: "ann" });
  await members.changes({ user_ids: ["ann", "bob"], since: new Date(0) });
}

async function useReads({ conversations, log, members, reads }: ChatStore): Promise<void> {
  const member = { conversation_id: "room-1", user_id: "user-9" };
  await members.join(member);
  const said = { conversation_id: "room-1", user_id: "ann", mentions: ["user-9"] };
  for (let count = 0; count < 100; count++) await log.append(newMessage(said));
  const deletion = { kind: "deletion", id: "deletion-1", user_id: "ann" } as const;
  await log.append({ ...deletion, conversation_id: "room-1", target_seq: 30 });
  // A long stretch is looked up, a short one is read.
  expect(await conversations.itemsOf("user-9", ["room-1"])).toMatchObject([{ unread_count: 99 }]);
  await reads.mark(member, { read_seq: 40 });
  await reads.mark(member, { read_seq: 110 });
  await reads.mark(member, { unread_from: 3 });
  await members.update(member, { pinned: true });
  await reads.list("room-1", { limit: 10 });
  await reads.totals("user-9");
  const [top] = await conversations.inbox("user-9", { limit: 1, unread: true });
  await conversations.inbox("user-9", { limit: 9, archived: false, ...(top && { after: top }) });
  await conversations.update("room-1", { title: "One" });
}

function isPlanned({ op, command }: Profile): boolean {
  return op !== "insert" && op !== "getmore" && !("createIndexes" in command);
}
