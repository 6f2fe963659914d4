import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { withDatabase } from "@chatnest/db/tests/with-database.ts";
import { type Db, MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { type Block, readBlocks } from "./blocks.ts";
import { mask, maskJson } from "./masks.ts";
import { Session } from "./session.ts";

const runnable = new Set(["sh", "ts"]);

async function readPage(name: string): Promise<Block[]> {
  const markdown = await readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  return readBlocks(markdown).filter(({ language }) => runnable.has(language));
}

/** A MongoDB for a page that needs one: for ChatNest, and with the data of the former service. */
async function openDatabases() {
  await using stack = new AsyncDisposableStack();
  const uri = inject("mongoDeployments")[0]?.uri ?? "";
  const client = stack.use(new MongoClient(uri));
  const name = `chatnest_test_${randomUUID()}`;
  const former = client.db(`${name}_former`);
  stack.defer(async () => {
    await client.db(name).dropDatabase();
    await former.dropDatabase();
  });
  await fill(former);
  const kept = stack.move();
  return {
    names: {
      "mongodb://localhost:27017/chatnest?replicaSet=rs0": withDatabase(uri, name),
      "mongodb://localhost:27017/chat": withDatabase(uri, former.databaseName),
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function fill(db: Db): Promise<void> {
  const timestamp = new Date("2024-01-01T09:00:00Z");
  const user_ids = ["ann", "bob"];
  await db
    .collection("conversations")
    .insertOne({ id: "general", user_ids, messages: [], created_at: timestamp });
  const said = { id: randomUUID(), timestamp, conversation_id: "general" };
  await db.collection("messages").insertMany([
    { ...said, user_id: "ann", content: "Good morning" },
    { ...said, user_id: "bob", content: "Good morning!" },
    { ...said, user_id: "bob", content: "Milk, bread", conversation_id: null },
  ]);
}

describe.each([
  ["configuration.md", 1],
  ["getting-started.md", 13],
  ["rest.md", 11],
  ["operations.md", 11],
  ["migration.md", 6],
])("%s", (page, blocksMin) => {
  it("prints what it shows, block by block", { timeout: 180_000 }, async () => {
    const blocks = await readPage(page);
    expect(blocks.length).toBeGreaterThanOrEqual(blocksMin);
    await using databases = await openDatabases();
    await using session = await Session.open(databases.names);
    for (const block of blocks) {
      const { code, stdout, stderr } = await session.run(block);
      const where = `${page}, line ${block.line}:\n${block.code}${stdout}${stderr}`;
      expect(code !== 0, where).toBe(block.flags.includes("fails"));
      if (!block.output) continue;
      const { language, text } = block.output;
      const toComparable = language === "json" ? maskJson : mask;
      expect(toComparable(stdout), where).toEqual(toComparable(text));
    }
  });
});

it("has flags and languages that mean something", async () => {
  for (const page of ["getting-started.md", "rest.md", "operations.md", "migration.md"]) {
    const markdown = await readFile(new URL(`../../docs/${page}`, import.meta.url), "utf8");
    for (const { language, flags, code, line } of readBlocks(markdown)) {
      const where = `${page}, line ${line}`;
      expect(["sh", "ts", "console"], where).toContain(language);
      for (const flag of flags) expect(["fails", "stop"], where).toContain(flag);
      if (language === "ts") expect(code, where).toMatch(/^\/\/ \S+\.ts\n/);
    }
  }
});
