import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { RunningCommand, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { append } from "../support/append.ts";
import { SseReader } from "../support/sse-reader.ts";

const ann = "ann-the-erased";
const secret = "what she has said";
const erase = ["erase", "--user", ann, "--yes", "--json", "--mode"];
const none = { memberships: 0, notes: 0, entries: 0, messages: 0, reactions: 0 };

/** Stores so many messages of ann among others, each with a reaction of hers. */
async function fill(store: ChatStore, count: number): Promise<void> {
  const as = (user_id: string) => ({ id: randomUUID(), user_id, conversation_id: "room" });
  for (let n = 0; n < count; n += 100) {
    const some = Array.from({ length: Math.min(100, count - n) }, async () => {
      const { entry } = await append(store, { ...as(ann), content: secret, mentions: ["bob"] });
      await append(store, { ...as("bob"), content: "hello", mentions: [ann] });
      const reaction = { kind: "reaction", key: "+1", added: true } as const;
      await store.log.append({ ...as(ann), ...reaction, target_seq: entry.seq });
    });
    await Promise.all(some);
  }
  await append(store, { ...as(ann), conversation_id: null, content: secret });
}

/** Checks that a store has nothing of ann, and that her messages are stubs. */
async function expectErased(store: ChatStore, count: number): Promise<void> {
  const seen = new Set<number>();
  for (let after = 0; ; ) {
    const range = { after, limit: 1_000, from: "oldest" } as const;
    const entries = await store.log.page("c:room", range);
    expect(JSON.stringify(entries)).not.toContain(ann);
    expect(JSON.stringify(entries)).not.toContain(secret);
    for (const { seq } of entries) seen.add(seq);
    const last = entries.at(-1);
    if (!last) break;
    after = last.seq;
  }
  const head = (await store.log.heads(["c:room"])).get("c:room");
  expect(head?.seq).toBe(seen.size);
  const shown = await store.messages.page("c:room", { limit: 1_000, from: "newest" });
  expect(shown).toHaveLength(Math.min(1_000, count));
  expect(new Set(shown.map(({ content }) => content))).toEqual(new Set(["hello"]));
  expect((await store.conversations.get(["room"], 0))[0]?.user_ids).toEqual(["bob"]);
  expect(await store.log.page(`n:${ann}`, { limit: 1, from: "oldest" })).toEqual([]);
}

async function expectNowhere(folder: string): Promise<void> {
  const data = join(folder, "data");
  for (const name of await readdir(data)) {
    if (name.endsWith(".sock")) continue;
    const bytes = await readFile(join(data, name));
    expect([name, bytes.includes(ann), bytes.includes(secret)]).toEqual([name, false, false]);
  }
}

/** Opens the store of a folder, as a server in it would. */
function openIn(folder: string): ChatStore {
  return openSqliteStore(join(folder, "data", "chatnest.db"));
}

describe("chatnest erase", () => {
  it("erases a user from an embedded store, and again", async () => {
    await using folder = await newFolder();
    const store = openIn(folder.path);
    await fill(store, 10);
    await store.close();
    const first = await runChatnest([...erase, "delete"], { cwd: folder.path });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(first.stdout)).toEqual({
      ...{ user_id: ann, mode: "delete", memberships: 1, notes: 1, entries: 30 },
      ...{ messages: 10, reactions: 0 },
    });
    await expectNowhere(folder.path);
    const again = await runChatnest([...erase, "delete"], { cwd: folder.path });
    expect(JSON.parse(again.stdout)).toEqual({ user_id: ann, mode: "delete", ...none });
    const inWords = erase.filter((argument) => argument !== "--json");
    const third = await runChatnest([...inWords, "delete"], { cwd: folder.path });
    expect(third).toMatchObject({ code: 0, stdout: `nothing of ${ann} is stored\n` });
    expect(await runChatnest(["check"], { cwd: folder.path })).toMatchObject({ code: 0 });
    const after = openIn(folder.path);
    await expectErased(after, 10);
    await after.close();
  });

  it("erases in the server that has the store open, whose clients go on", async () => {
    await using folder = await newFolder();
    const store = openIn(folder.path);
    await fill(store, 50);
    await store.close();
    await using server = await startServer({ cwd: folder.path });
    await using reader = await SseReader.open(`${server.url}/messages/room/events?entries=all`);
    await reader.until(({ events }) => events.length > 0);
    const shown = async () => (await fetch(`${server.url}/messages/room?limit=1000`)).text();
    expect(await shown()).toContain(ann);
    const result = await runChatnest([...erase, "delete"], { cwd: folder.path });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ messages: 50, memberships: 1 });
    expect(await shown()).not.toContain(ann);
    await expectNowhere(folder.path);
    await reader.until(({ events }) => events.length > 50);
    expect(JSON.stringify(reader.events)).not.toContain(ann);
    // Neither does its log tell who it was.
    expect(server.stdout + server.stderr).not.toContain(ann);
    await server.stop();
    await expectNowhere(folder.path);
  });

  it.each([
    [["--user", ann], "--mode"],
    [["--mode", "delete"], "--user"],
    [["--user", ann, "--mode", "forget"], "delete, anonymize"],
    [["--user", ann, "--mode", "delete"], "add --yes"],
    [["--user", "a\nb", "--mode", "delete", "--yes"], "not a valid id"],
  ])("refuses %j", async (args, text) => {
    await using folder = await newFolder();
    await openIn(folder.path).close();
    const result = await runChatnest(["erase", ...args], { cwd: folder.path });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(text);
  });

  it("refuses the other mode while an erasure has begun, and says what to do", async () => {
    await using folder = await newFolder();
    const store = openIn(folder.path);
    await store.erasures.begin(ann, "delete");
    await store.close();
    const result = await runChatnest([...erase, "anonymize"], { cwd: folder.path });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining("mode delete") });
  });

  it("ends as if it had never been killed, on the embedded store", async () => {
    await using folder = await newFolder();
    const store = openIn(folder.path);
    await fill(store, 3_000);
    await store.close();
    for (const ms of [300, 400, 500, 600, 700, 900]) {
      await using command = new RunningCommand([...erase, "delete"], { cwd: folder.path });
      await Promise.race([command.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
      await command.stop("SIGKILL");
    }
    const result = await runChatnest([...erase, "delete"], { cwd: folder.path });
    expect(result).toMatchObject({ code: 0 });
    await expectNowhere(folder.path);
    const after = openIn(folder.path);
    await expectErased(after, 3_000);
    await after.close();
  }, 120_000);
});

describe.each(inject("mongoDeployments"))("chatnest erase on MongoDB $name", ({ uri }) => {
  it("ends as if it had never been killed", async () => {
    await using folder = await newFolder();
    const name = `test-${randomUUID()}`;
    const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
    await using client = new MongoClient(uri);
    const store = openMongoStore({ uri: inDatabase });
    try {
      await store.ready;
      await fill(store, 600);
      const options = { cwd: folder.path, env: { MONGODB_URI: inDatabase } };
      for (const ms of [400, 500, 600, 800, 1_000]) {
        await using command = new RunningCommand([...erase, "delete"], options);
        await Promise.race([command.ended, new Promise((resolve) => setTimeout(resolve, ms))]);
        await command.stop("SIGKILL");
      }
      const result = await runChatnest([...erase, "delete"], options);
      expect(result).toMatchObject({ code: 0 });
      await expectErased(store, 600);
      for (const collection of await client.db(name).collections()) {
        const documents = await collection.find().toArray();
        const text = JSON.stringify(documents);
        const { collectionName } = collection;
        expect([collectionName, text.includes(ann), text.includes(secret)]).toEqual([
          ...[collectionName, false, false],
        ]);
      }
    } finally {
      await store.close();
      await client.db(name).dropDatabase();
    }
  }, 180_000);
});
