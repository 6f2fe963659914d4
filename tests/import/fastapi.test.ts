import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type ChatStore, type Message, openMongoStore, openSqliteStore } from "@chatnest/db";
import { type Document, MongoClient, ObjectId } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { RunningCommand, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { all, at, contents, expectFilled, fill, refused } from "./former-chat.ts";

describe.each(inject("mongoDeployments"))("chatnest import --from-fastapi, $name", ({ uri }) => {
  /** A former service, and what to import it into. */
  async function open(target: "SQLite" | "MongoDB") {
    const folder = await newFolder();
    const name = `test-${randomUUID()}`;
    const of = (kind: string) =>
      uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}-${kind}`);
    const client = new MongoClient(uri);
    const env: Record<string, string> = target === "MongoDB" ? { MONGODB_URI: of("new") } : {};
    const command = ["import", "--from-fastapi", of("old"), "--json"];
    return {
      db: client.db(`${name}-old`),
      options: { cwd: folder.path, env },
      command,
      async run() {
        const result = await runChatnest(command, { cwd: folder.path, env });
        const lines = result.stdout.trim().split("\n");
        return { ...result, told: lines.map((line) => JSON.parse(line)) };
      },
      /** Opens the store that was imported into. */
      async read(check: (store: ChatStore) => Promise<void>) {
        const file = join(folder.path, "data", "chatnest.db");
        const store =
          target === "MongoDB" ? openMongoStore({ uri: of("new") }) : openSqliteStore(file);
        try {
          if ("ready" in store) await store.ready;
          await check(store);
        } finally {
          await store.close();
        }
      },
      async [Symbol.asyncDispose]() {
        for (const kind of ["old", "new"]) await client.db(`${name}-${kind}`).dropDatabase();
        await client.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  }

  it.each(["SQLite", "MongoDB"] as const)(
    "imports everything once into %s, and names what it cannot import",
    async (target) => {
      await using former = await open(target);
      await fill(former.db);
      const before = await former.db.collection("messages").find().toArray();
      const first = await former.run();
      expect(first).toMatchObject({ code: 1, stderr: "" });
      expect(first.told.at(-1)).toEqual({
        conversations: { stored: 3, existing: 0, refused: 2 },
        messages: { stored: 11, existing: 0, refused: refused.length },
      });
      const documents = first.told.slice(0, -1).map((line) => line.refused);
      const messages = documents.filter(({ collection }) => collection === "messages");
      expect(messages.map(({ _id }) => JSON.parse(_id)).toSorted()).toEqual(refused);
      expect(first.stdout).not.toContain("geheim");
      await former.read(expectFilled);
      const again = await former.run();
      expect(again.told.at(-1)).toEqual({
        conversations: { stored: 0, existing: 3, refused: 2 },
        messages: { stored: 0, existing: 11, refused: refused.length },
      });
      await former.read(expectFilled);
      expect(await former.db.collection("messages").find().toArray()).toEqual(before);
    },
    60_000,
  );

  it("adds what the former service has stored since, and brings nobody back who has left", async () => {
    await using former = await open("SQLite");
    await former.db
      .collection("conversations")
      .insertOne({ id: "tea", user_ids: ["ann", "bob"], created_at: at(0) });
    const message = { user_id: "ann", conversation_id: "tea" };
    const messages = former.db.collection("messages");
    await messages.insertOne({ ...message, content: "one", timestamp: at(1) });
    expect((await former.run()).code).toBe(0);
    await former.read(async (store) => {
      await store.members.leave({ conversation_id: "tea", user_id: "bob" });
      await store.reads.mark({ conversation_id: "tea", user_id: "ann" }, { unread_from: 1 });
    });
    await messages.insertOne({ ...message, content: "two", timestamp: at(2) });
    const second = await former.run();
    expect(second.told.at(-1).messages).toEqual({ stored: 1, existing: 1, refused: 0 });
    await former.read(async (store) => {
      expect(contents(await store.messages.page("c:tea", all))).toEqual(["one", "two"]);
      const [conversation] = await store.conversations.get(["tea"], 0);
      expect(conversation?.user_ids).toEqual(["ann"]);
      const reads = await store.reads.list("tea", { limit: 9 });
      expect(reads).toMatchObject([{ user_id: "ann" }]);
    });
  });

  it("takes times that are texts, and users that are ObjectIds", async () => {
    await using former = await open("SQLite");
    const user_id = new ObjectId();
    const say = (content: string, timestamp: unknown): Document => {
      return { _id: `message-${content}`, user_id, conversation_id: "tea", content, timestamp };
    };
    const created_at = "2024-01-01 10:00:00";
    await former.db
      .collection("conversations")
      .insertOne({ id: "tea", user_ids: [user_id], created_at });
    await former.db
      .collection("messages")
      .insertMany([
        say("four", "2024-01-01T10:00:01.123456"),
        say("two", "2024-01-01T10:00:00"),
        say("one", "2024-01-01T10:00:00"),
        say("three", "2024-01-01T10:00:00.5+00:00"),
        say("five", "2024-01-01T13:00:02+02:00"),
        say("never", "2024-13-01T10:00:00"),
      ]);
    const { code, told } = await former.run();
    expect([code, told]).toEqual([
      1,
      [
        {
          refused: { collection: "messages", _id: '"message-never"', reason: expect.any(String) },
        },
        {
          conversations: { stored: 1, existing: 0, refused: 0 },
          messages: { stored: 5, existing: 0, refused: 1 },
        },
      ],
    ]);
    await former.read(async (store) => {
      const found = await store.messages.page("c:tea", all);
      expect(found.map(({ content, timestamp }) => [content, timestamp])).toEqual([
        ["one", "2024-01-01T10:00:00.000Z"],
        ["two", "2024-01-01T10:00:00.000Z"],
        ["three", "2024-01-01T10:00:00.500Z"],
        ["four", "2024-01-01T10:00:01.123Z"],
        ["five", "2024-01-01T11:00:02.000Z"],
      ]);
      const [conversation] = await store.conversations.get(["tea"], 0);
      expect(conversation).toMatchObject({
        created_at: "2024-01-01T10:00:00.000Z",
        user_ids: [user_id.toHexString()],
      });
    });
  });

  it.each(["SQLite", "MongoDB"] as const)(
    "goes on after it was killed, into %s",
    async (target) => {
      await using former = await open(target);
      const rooms = Array.from({ length: 30 }, (_, n) => `room-${n}`);
      const user_ids = ["ann", "bob"];
      await former.db
        .collection("conversations")
        .insertMany(rooms.map((id) => ({ id, user_ids, created_at: at(0) })));
      const messages = rooms.flatMap((conversation_id) =>
        Array.from({ length: 200 }, (_, n) => {
          const user_id = user_ids[n % 2] ?? "";
          return { user_id, conversation_id, content: `${n}`, timestamp: at(n) };
        }),
      );
      await former.db.collection("messages").insertMany(messages);
      for (const ms of [500, 700, 900]) {
        await using command = new RunningCommand(former.command, former.options);
        await Promise.race([command.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
        await command.stop("SIGKILL");
      }
      await using interrupted = new RunningCommand(former.command, former.options);
      await Promise.race([interrupted.ended, new Promise((resolve) => setTimeout(resolve, 800))]);
      const { code, signal } = await interrupted.stop("SIGINT");
      // Before it listens to signals, the process just ends.
      expect([0, 130, "SIGINT"]).toContain(code ?? signal);
      expect(await former.run()).toMatchObject({ code: 0 });
      await former.read(async (store) => {
        for (const room of rooms) {
          const found = await store.messages.page(`c:${room}`, all);
          expect(contents(found)).toEqual(Array.from({ length: 200 }, (_, n) => `${n}`));
          const reads = await store.reads.list(room, { limit: 9 });
          expect(reads.map(({ user_id, read_seq }) => [user_id, read_seq])).toEqual([
            ["ann", 200],
            ["bob", 200],
          ]);
        }
        expect((await store.reads.totals("ann")).messages).toBe(0);
      });
    },
    120_000,
  );

  it("imports through the server that has the store open", async () => {
    await using former = await open("SQLite");
    await fill(former.db);
    await using server = await startServer(former.options);
    const result = await former.run();
    expect(result.told.at(-1)).toMatchObject({ messages: { stored: 11 } });
    const tea = (await (await fetch(`${server.url}/messages/tea`)).json()) as Message[];
    expect(contents(tea)).toHaveLength(7);
  });

  it.each([
    [["--from-fastapi", "mongodb://127.0.0.1:1/old"], "cannot read the former service"],
    [["--from-fastapi", "mongodb://user:geheim@127.0.0.1"], "names no database"],
    [["--from-fastapi", "http://user:geheim@host/old"], "not a valid URI"],
    [["file.jsonl", "--from-fastapi", "mongodb://host/old"], "takes no file"],
    [[], "give a file"],
  ])("refuses %j, without a secret", async (args, text) => {
    await using folder = await newFolder();
    const result = await runChatnest(["import", ...args], { cwd: folder.path });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toContain("geheim");
  });
});
