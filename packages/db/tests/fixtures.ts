import { readFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { BSON, type Db, type Document, type IndexDescription } from "mongodb";
import { expect } from "vitest";
import type { Message } from "../src/entities.ts";
import type { ChatStore } from "../src/store.ts";
import type { Stream } from "../src/stream.ts";
import { expectFolded } from "./folded.ts";
import { send } from "./log.ts";
import { Room } from "./room.ts";

/** What an earlier version read of its own data. */
interface Read {
  epoch: string;
  conversations: { id: string }[];
  inboxes: Record<string, unknown>;
  members: Record<string, unknown>;
  logs: Record<Stream, Message[]>;
}

type Line = { collection: string; document?: Document; indexes?: IndexDescription[] };

/** Makes a SQLite file of a dump. */
export async function restoreSqlite(file: string, name: string): Promise<void> {
  const db = new DatabaseSync(file);
  db.exec(await readFile(fixture(`${name}.sql`), "utf8"));
  db.close();
}

/** Makes the collections of a dump, and their indexes. */
export async function restoreMongo(db: Db, name: string): Promise<void> {
  const text = await readFile(fixture(`${name}.ndjson`), "utf8");
  for (const line of text.trimEnd().split("\n")) {
    const { collection, document, indexes } = BSON.EJSON.parse(line, { relaxed: false }) as Line;
    if (indexes) await db.collection(collection).createIndexes(indexes);
    if (document) await db.collection(collection).insertOne(document);
  }
}

/** Checks that a store reads what an earlier version read of the same data. */
export async function expectReadAsBefore(store: ChatStore, name: string): Promise<void> {
  const expected = JSON.parse(await readFile(fixture(`${name}.json`), "utf8")) as Read;
  const ids = expected.conversations.map(({ id }) => id);
  const logs: Read["logs"] = {};
  for (const stream of Object.keys(expected.logs) as Stream[]) {
    const range = { limit: 1_000, from: "oldest" } as const;
    logs[stream] = await store.messages.page(stream, range);
    const entries = logs[stream].map((message) => ({ kind: "message", ...message }));
    expect(await store.log.page(stream, range)).toEqual(entries);
    await expectFolded(store, stream);
  }
  const inboxes: Read["inboxes"] = {};
  for (const user of Object.keys(expected.inboxes)) {
    const inbox = await store.conversations.inbox(user, { limit: 100 });
    // What is of an earlier version has been read.
    for (const item of inbox) expect(item).toMatchObject({ unread_count: 0, mention_count: 0 });
    inboxes[user] = inbox.map(({ id, last_activity_at }) => ({ id, last_activity_at }));
  }
  const members: Read["members"] = {};
  for (const id of ids) {
    const listed = await store.members.list(id, { limit: 1_000 });
    members[id] = listed.map(({ user_id, joined_at }) => {
      return { user_id, joined_at: joined_at.toISOString() };
    });
  }
  const conversations = await store.conversations.get(ids, 3);
  const epoch = await store.epoch();
  expect({ epoch, conversations, inboxes, members, logs }).toEqual(expected);
}

/** Changes messages of an earlier version in every way, and checks that all is right after that. */
export async function changeOldMessages(store: ChatStore): Promise<void> {
  const lobby = new Room(() => store, { user_id: "ann", conversation_id: "lobby" });
  const notes = new Room(() => store, { user_id: "ann", conversation_id: null });
  const old = lobby.newMessage({ id: "message-1", content: "Good morning" });
  expect(await lobby.store(old)).toMatchObject({ created: false, entry: { seq: 1 } });
  const conflicts = await lobby.outcomes([
    { ...old, content: "Good night" },
    lobby.newReaction(1, "+1", { id: "message-2" }),
  ]);
  expect(conflicts).toEqual(["conflict", "conflict"]);
  const admission = "members_only";
  const byWhoLeft = lobby.newReaction(1, "+1", { user_id: "cy" });
  expect(await lobby.outcomes([byWhoLeft], { admission })).toEqual(["not_member"]);

  await lobby.edit(5, { content: "no typo in this one", unchanged_since: 5 });
  await lobby.react(8, "\u{1F44D}\u{1F3FD}", "bob");
  await lobby.say({ content: "an answer", thread_seq: 7, reply_to: 4 });
  await lobby.remove(6);
  await notes.edit(2, { metadata: { done: true } });
  expect(await lobby.messages()).toMatchObject([
    ...[{ seq: 1, content: "Good morning" }, { seq: 2 }, { seq: 3 }, { seq: 4 }],
    { seq: 5, content: "no typo in this one", changed_seq: 9 },
    { seq: 7, thread: { count: 1, last_seq: 11 }, changed_seq: 11 },
    { seq: 8, reactions: [{ count: 1, user_ids: ["bob"] }], changed_seq: 10 },
    { seq: 11, reply_to: 4, thread_seq: 7 },
  ]);
  expect(await lobby.head()).toEqual({ seq: 12, count: 9, said_seq: 11 });
  expect(JSON.stringify(await lobby.entries())).not.toContain("secret");
  const again = { ...lobby.newMessage(), id: "message-6", user_id: "cy" };
  const repeated = await send(store, { ...again, content: "a secret that should go" });
  expect(repeated).toMatchObject({ created: false, message: { seq: 6, content: "" } });
  expect(await notes.messages()).toMatchObject([
    { seq: 1 },
    { metadata: { done: true } },
    { seq: 3 },
  ]);
  await expectFolded(store, lobby.stream);
  await expectFolded(store, notes.stream);
}

function fixture(name: string): URL {
  return new URL(`./fixtures/${name}`, import.meta.url);
}
