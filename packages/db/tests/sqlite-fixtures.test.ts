import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { findings } from "./checked.ts";
import { changeOldMessages, expectReadAsBefore, restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";

it("reads a SQLite file of schema version 3 as it was, twice, and changes its messages", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await restoreSqlite(file, "sqlite-3");
  const first = openSqliteStore(file);
  await expectReadAsBefore(first, "sqlite-3");
  await first.close();
  const second = openSqliteStore(file);
  await expectReadAsBefore(second, "sqlite-3");
  await changeOldMessages(second);
  await second.close();
  const third = openSqliteStore(file);
  expect(await third.log.heads(["c:lobby", "n:ann"])).toEqual(
    new Map([
      ["c:lobby", { seq: 12, count: 9, said_seq: 11 }],
      ["n:ann", { seq: 4, count: 3, said_seq: 3 }],
    ]),
  );
  await third.close();
});

it("reads a SQLite file of schema version 6 as it was, twice, and goes on", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await restoreSqlite(file, "sqlite-6");
  for (const head of [11, 12]) {
    const store = openSqliteStore(file);
    expect(await findings(store)).toEqual([]);
    expect(await store.epoch()).toBe("ff4a2e5563ff3c4d");
    const messages = await store.messages.page("c:lobby", { limit: 5, from: "oldest" });
    expect(messages).toMatchObject([
      { seq: 1, content: "Good morning", thread: { count: 1, last_seq: 3 } },
      {
        ...{ seq: 2, content: "Hello, @ann", metadata: { color: "green" }, mentions: ["ann"] },
        reactions: [{ key: "heart", count: 1, user_ids: ["ann"] }],
      },
      { seq: 3, reply_to: 2, thread_seq: 1 },
      { seq: 10, mentions: "everyone" },
      { seq: 11 },
    ]);
    expect(await store.messages.page("n:ann", { limit: 9, from: "oldest" })).toMatchObject([
      { content: "a better note" },
    ]);
    const [conversation] = await store.conversations.get(["lobby"], 0);
    expect(conversation).toMatchObject({
      ...{ title: "The lobby", metadata: { floor: 1 }, last_seq: head },
      user_ids: ["ann", "bob", "cy"],
    });
    expect(await store.conversations.itemsOf("bob", ["lobby"])).toMatchObject([
      { pinned: true, muted_until: "2999-01-01T00:00:00.000Z", unread_count: head - 10 },
    ]);
    expect(await store.conversations.itemsOf("cy", ["lobby"])).toMatchObject([
      { archived: head === 11, unread_count: head - 8, mention_count: 1 },
    ]);
    const message = { id: "entry-of-now", user_id: "ann", conversation_id: "lobby" };
    await store.log.append({
      ...{ kind: "message", ...message, content: "now", sent_hash: "a".repeat(43) },
    });
    expect(await findings(store)).toEqual([]);
    await store.close();
  }
});
