import type { Db } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { fill, findings } from "./checked.ts";
import { newDatabase } from "./mongo-database.ts";

const key = { stream: "c:room" } as const;
const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");

describe("a check of a MongoDB", () => {
  it.each<[string, (db: Db) => Promise<unknown>, RegExp]>([
    ["nothing", async () => {}, /^$/],
    [
      "an entry that is gone",
      (db) => db.collection("chat_messages").deleteOne({ ...key, seq: 4 }),
      /room: entry 4 is missing/,
    ],
    [
      "the first note that is gone",
      (db) => db.collection("chat_messages").deleteOne({ stream: "n:alice", seq: 1 }),
      /notes of alice: entry 1 is missing/,
    ],
    [
      "a conversation that is gone",
      (db) => db.collection("chat_conversations").deleteMany({}),
      /room: has members, but is not there[\s\S]*room: has entries, but is not there/,
    ],
    [
      "an index that is gone",
      (db) => db.collection("chat_messages").dropIndex("deleted_seq"),
      /index deleted_seq of chat_messages: is missing/,
    ],
    [
      "a change that is not shown",
      (db) =>
        db.collection("chat_messages").updateOne({ ...key, seq: 1 }, { $unset: { changed: true } }),
      /message 1 is not shown as its newest change/,
    ],
    [
      "reactions that are wrong",
      (db) =>
        db.collection("chat_messages").updateOne({ ...key, seq: 4 }, { $set: { reactions: [] } }),
      /entry 4 does not have the reactions after it/,
    ],
    [
      "a reactor that is gone",
      (db) =>
        db.collection("chat_messages").updateOne({ ...key, seq: 4 }, { $unset: { on: true } }),
      /message 1 does not list those who react/,
    ],
    [
      "a thread that is wrong",
      (db) =>
        db
          .collection("chat_messages")
          .updateOne({ ...key, seq: 2 }, { $set: { "thread_state.count": 2 } }),
      /entry 2 does not have the state of its thread/,
    ],
    [
      "an erased message without a deletion",
      (db) =>
        db
          .collection("chat_messages")
          .updateOne({ ...key, seq: 5 }, { $set: { deleted_seq: 9 }, $unset: { content: true } }),
      /message 5 is erased, but nothing deleted it/,
    ],
    [
      "a count that is wrong",
      (db) => db.collection("chat_messages").updateOne({ ...key, seq: 5 }, { $set: { count: 7 } }),
      /entry 5 is counted wrongly/,
    ],
    [
      "a member who has read too far",
      (db) =>
        db
          .collection("chat_members")
          .updateOne({ _id: "bob\nroom" } as object, { $set: { read_seq: 99 } }),
      /the member bob has read up to 99 of 7/,
    ],
    [
      "a read count that is wrong",
      (db) =>
        db
          .collection("chat_members")
          .updateOne({ _id: "bob\nroom" } as object, { $set: { read_count: 9 } }),
      /the member bob has read \d messages, but is counted/,
    ],
    [
      "an inbox that is wrong",
      (db) =>
        db.collection("chat_members").updateOne({ _id: "alice\nroom" } as object, {
          $set: { active_at: new Date(1), unread_count: 9 },
        }),
      /the member alice has an inbox with/,
    ],
    [
      "an import that was not finished",
      (db) => db.collection("chat_conversations").updateOne({}, { $set: { transfer: true } }),
      /was not finished/,
    ],
  ])("finds %s", async (_, corrupt, expected) => {
    await using database = newDatabase(deployment.uri);
    const store = await database.open();
    await fill(store);
    expect(await findings(store)).toEqual([]);
    await corrupt(database.db);
    expect((await findings(store)).join("\n")).toMatch(expected);
  });
});
