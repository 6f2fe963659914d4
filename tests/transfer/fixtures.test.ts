import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { BSON, type Document, type IndexDescription, MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { runChatnest } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { exported, newDatabase } from "./kit.ts";

const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");

type Line = { collection: string; document?: Document; indexes?: IndexDescription[] };

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../packages/db/tests/fixtures/${name}`, import.meta.url));
}

describe("a store of an earlier version", { timeout: 120_000 }, () => {
  it.each([3, 6])("%i in a file moves through an export into both stores", async (version) => {
    await using folder = await newFolder();
    await using database = newDatabase(deployment.uri);
    const cwd = folder.path;
    await mkdir(join(cwd, "data"));
    const db = new DatabaseSync(join(cwd, "data", "chatnest.db"));
    db.exec(await readFile(fixture(`sqlite-${version}.sql`), "utf8"));
    db.close();
    await expectSame(cwd, {}, database.uri);
  });

  it("in MongoDB does, too", async () => {
    await using folder = await newFolder();
    await using source = newDatabase(deployment.uri);
    await using target = newDatabase(deployment.uri);
    await using client = new MongoClient(source.uri);
    const text = await readFile(fixture("mongodb-1.ndjson"), "utf8");
    for (const line of text.trimEnd().split("\n")) {
      const { collection, document, indexes } = BSON.EJSON.parse(line, { relaxed: false }) as Line;
      if (indexes) await client.db().collection(collection).createIndexes(indexes);
      if (document) await client.db().collection(collection).insertOne(document);
    }
    await expectSame(folder.path, { MONGODB_URI: source.uri }, target.uri);
  });
});

/** Checks that a store and its export give the same bytes in a new file and in a new database. */
async function expectSame(cwd: string, env: Record<string, string>, uri: string): Promise<void> {
  expect(await runChatnest(["check"], { cwd, env })).toMatchObject({ code: 0 });
  const { text } = await exported(cwd, env);
  expect(text).toContain('"type":"conversation"');
  const places = [{ CHATNEST_DATA: join(cwd, "new") }, { MONGODB_URI: uri }];
  for (const place of places) {
    const result = await runChatnest(["import", "out.jsonl"], { cwd, env: place });
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(await runChatnest(["check"], { cwd, env: place })).toMatchObject({ code: 0 });
    await runChatnest(["export", "again.jsonl"], { cwd, env: place });
    const again = await readFile(join(cwd, "again.jsonl"), "utf8");
    expect(again.slice(again.indexOf("\n") + 1)).toBe(text);
  }
}
