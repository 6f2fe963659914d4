import { describe, expect, inject, it } from "vitest";
import type { NewChange } from "../src/ports/log.ts";
import type { ChatStore } from "../src/store.ts";
import { conversationStream } from "../src/stream.ts";
import { send } from "./log.ts";
import { newMessage, newMessages, unique, upTo } from "./make.ts";
import { newDatabase } from "./mongo-database.ts";
import { Oracle } from "./oracle.ts";
import { examinedBy, profileOf } from "./profile.ts";
import { readEntries } from "./room.ts";

const timeoutMs = 60_000;

/** A conversation of one message. */
async function begin(store: ChatStore, content = "hello") {
  const conversation_id = unique("room");
  await send(store, newMessage({ conversation_id, content }));
  const change = (fields: object) =>
    ({
      id: unique("x").slice(0, 40),
      user_id: "ann",
      conversation_id,
      target_seq: 1,
      ...fields,
    }) as NewChange;
  return { conversation_id, stream: conversationStream(conversation_id), change };
}

for (const { name, uri } of inject("mongoDeployments")) {
  describe(`changes on MongoDB ${name}`, { timeout: timeoutMs }, () => {
    it("shows a message as deleted whose text a crash left, and erases it when a store opens", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const crashing = await database.open("crashing");
      const { stream, change } = await begin(crashing, "the secret");
      await crashing.log.append(change({ kind: "edit", content: "the second secret" }));
      await crashing.log.append(change({ kind: "reaction", key: "+1", added: true }));
      const failing = { failCommands: ["update"], appName: "crashing", errorCode: 11600 };
      await database.failCommand("alwaysOn", failing);
      try {
        const deletion = crashing.log.append(change({ kind: "deletion" }));
        await expect(deletion).rejects.toMatchObject({ code: "unavailable" });
        const range = { limit: 10, from: "newest" } as const;
        expect(await store.messages.page(stream, range)).toEqual([]);
        expect(await store.messages.versions(stream, 1)).toEqual([]);
        expect(await store.messages.reactors(stream, 1, { limit: 10 })).toEqual([]);
        expect(await store.messages.get(stream, 1)).toMatchObject({
          content: "",
          deleted_at: expect.any(String),
        });
      } finally {
        await database.failCommand("off", failing);
      }
      await database.open();
      const messages = database.db.collection("chat_messages");
      await expect
        .poll(async () => JSON.stringify(await messages.find({ stream }).toArray()))
        .not.toContain("secret");
      expect(await messages.countDocuments({ erasing: true })).toBe(0);
    });

    it("shows nobody whose reaction was removed, though a crash left its mark", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const { stream, change } = await begin(store);
      for (const n of upTo(60)) {
        await store.log.append(
          change({ kind: "reaction", user_id: `user-${n}`, key: "+1", added: true }),
        );
      }
      const off = [51, 52, 3];
      for (const n of off) {
        await store.log.append(
          change({ kind: "reaction", user_id: `user-${n}`, key: "+1", added: false }),
        );
      }
      const on = `${stream}\n1\n+1`;
      const marks = await database.db
        .collection("chat_messages")
        .updateMany(
          { stream, added: true, user_id: { $in: off.map((n) => `user-${n}`) } },
          { $set: { on } },
        );
      expect(marks.modifiedCount).toBe(3);
      const reactors = await store.messages.reactors(stream, 1, { limit: 100 });
      expect(reactors.map(({ user_id }) => user_id)).toEqual(
        upTo(60)
          .filter((n) => !off.includes(n))
          .map((n) => `user-${n}`),
      );
      await store.log.append(
        change({ kind: "reaction", user_id: "user-1", key: "+1", added: false }),
      );
      const message = await store.messages.get(stream, 1);
      expect(message?.reactions).toMatchObject([{ count: 56 }]);
      expect(message?.reactions?.[0]?.user_ids.slice(-2)).toEqual(["user-53", "user-54"]);
    });

    it("shows a message unchanged that a crash left marked", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const { stream } = await begin(store);
      const before = await store.messages.get(stream, 1);
      await database.db
        .collection("chat_messages")
        .updateOne({ stream, seq: 1 }, { $set: { changed: ["text", "reactions", "thread"] } });
      expect(await store.messages.get(stream, 1)).toEqual(before);
    });

    it("answers one of two senders of a message as its creator, though the first one had to try again", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const stopped = await database.open("stopped");
      for (const n of upTo(5)) {
        const message = newMessage({ conversation_id: `room-${n}` });
        await store.members
          .join({ conversation_id: `room-${n}`, user_id: message.user_id })
          .catch(() => {});
        const failing = { failCommands: ["insert"], appName: "stopped", closeConnection: true };
        await database.failCommand({ times: 1 } as never, failing);
        const answers = await Promise.all([
          send(stopped, message),
          new Promise((resolve) => setTimeout(resolve, 20)).then(() => send(store, message)),
        ]);
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
      }
    });

    it("pays one command for a page whose messages are all changed, and none for others", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const { stream, change, conversation_id } = await begin(store);
      for (const message of newMessages(49, { conversation_id })) await send(store, message);
      const read = () => store.messages.page(stream, { limit: 50, from: "newest" });
      expect(await profileOf(database.db, read)).toHaveLength(1);
      for (const target_seq of upTo(50)) {
        await Promise.all([
          store.log.append(change({ kind: "edit", target_seq, content: "edited" })),
          ...upTo(40).map((n) =>
            store.log.append(
              change({
                kind: "reaction",
                target_seq,
                user_id: `user-${n}`,
                key: "+1",
                added: true,
              }),
            ),
          ),
          send(store, newMessage({ conversation_id, thread_seq: target_seq })),
        ]);
      }
      const range = { limit: 50, from: "oldest" } as const;
      const profile = await profileOf(database.db, () => store.messages.page(stream, range));
      expect(profile).toHaveLength(2);
      // The messages, then the newest entry of each aspect.
      expect(examinedBy(profile).keys).toBeLessThanOrEqual(50 + 3 * 50 + 4);
    });

    it("shows a message as it was at one moment, however fast it is changed", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const other = await database.open();
      const { stream, change, conversation_id } = await begin(store);
      const seen = new Map<number, unknown>();
      const end = performance.now() + 3_000;
      const writers = [store, other, store, other].map(async (writer, index) => {
        for (let n = 0; performance.now() < end; n++) {
          const user_id = `user-${index}`;
          const added = Math.floor(n / 3) % 2 === 0;
          const reaction = change({ kind: "reaction", user_id, key: "+1", added });
          const edit = change({ kind: "edit", user_id, content: `${index} ${n}` });
          if (n % 3 === 0) await writer.log.append(reaction);
          else if (n % 3 === 1) await writer.log.append(edit);
          else await send(writer, newMessage({ conversation_id, user_id, thread_seq: 1 }));
        }
      });
      const readers = [store, other, store].map(async (reader) => {
        while (performance.now() < end) {
          const message = await reader.messages.get(stream, 1);
          seen.set(message?.changed_seq ?? 1, message);
        }
      });
      await Promise.all([...writers, ...readers]);
      expect(seen.size).toBeGreaterThan(20);
      const oracle = new Oracle();
      for (const entry of await readEntries(store, stream)) {
        oracle.apply(entry);
        const message = seen.get(entry.seq);
        if (message) expect(message).toEqual(oracle.view()[0]);
      }
    });

    it("shows no message with a change that is newer than one it lacks", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const { stream, change, conversation_id } = await begin(store);
      const edit = change({ kind: "edit", content: "edited" });
      await store.log.append(edit);
      await send(store, newMessage({ conversation_id, thread_seq: 1 }));
      // As if the text had been read before the edit was stored, and the thread after the reply was.
      const messages = database.db.collection<{ _id: string }>("chat_messages");
      const stored = await messages.findOneAndDelete({ _id: `${edit.id}/${stream}` });
      await expect(store.messages.get(stream, 1)).rejects.toMatchObject({ code: "unavailable" });
      if (stored) await messages.insertOne(stored);
      expect(await store.messages.get(stream, 1)).toMatchObject({
        content: "edited",
        changed_seq: 3,
      });
    });

    it("refuses changes in a database of the version before until it is upgraded, and then its writers", async () => {
      await using database = newDatabase(uri);
      const store = await database.open();
      const { stream, change } = await begin(store);
      await database.db
        .collection<{ _id: string }>("chat_meta")
        .updateOne({ _id: "schema" }, { $set: { value: 1 } });
      const older = await database.open();
      const edit = change({ kind: "edit", content: "new" });
      await expect(older.log.append(edit)).rejects.toMatchObject({ code: "conflict" });
      expect(await store.messages.get(stream, 1)).toMatchObject({ content: "hello" });
      await older.upgrade();
      expect(await older.log.append(edit)).toMatchObject({ created: true });
      const document = {
        _id: "old/c:x",
        stream: "c:x",
        seq: 1,
        user_id: "ann",
        content: "x",
        timestamp: new Date(),
      };
      const insert = database.db.collection<{ _id: string }>("chat_messages").insertOne(document);
      await expect(insert).rejects.toMatchObject({ code: 121 });
    });
  });
}
