import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { type CommandResult, runChatnest } from "../cli/chatnest.ts";

/** A database of a test. */
interface TestDatabase extends AsyncDisposable {
  uri: string;
  countEntries(): Promise<number>;
}

/** Names a new database, and drops it in the end. */
export function newDatabase(uri: string): TestDatabase {
  const name = `test-${randomUUID()}`;
  return {
    uri: uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`),
    async countEntries() {
      await using client = new MongoClient(uri);
      return await client.db(name).collection("chat_messages").countDocuments();
    },
    async [Symbol.asyncDispose]() {
      await using client = new MongoClient(uri);
      await client.db(name).dropDatabase();
    },
  };
}

/** Writes an import file: conversations of different sizes, changes of all kinds, and notes. */
async function writeLines(file: string, count: number): Promise<void> {
  const lines: object[] = [];
  for (let n = 0; n < count; n++) {
    const user_id = `user-${n % 7}`;
    const conversation_id = n % 2 === 0 ? "large" : `room ${n % 23}`;
    lines.push({ id: `message-${n}`, user_id, conversation_id, content: `text ${n}` });
  }
  for (let n = 1; n <= 20; n++) {
    const common = { user_id: "user-0", conversation_id: "large", target_seq: n };
    lines.push({ ...common, id: `reaction-${n}`, kind: "reaction", key: "heart", added: true });
    if (n % 3 === 0) lines.push({ ...common, id: `edited-${n}`, kind: "edit", content: "new" });
    if (n % 5 === 0) lines.push({ ...common, id: `deleted-${n}`, kind: "deletion" });
  }
  for (let n = 0; n < 5; n++) lines.push({ user_id: "user-1", content: `note ${n}` });
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** Fills the embedded store of a folder. */
export async function fillFolder(cwd: string, count = 3_000): Promise<void> {
  await writeLines(join(cwd, "lines.jsonl"), count);
  const { code, stderr } = await runChatnest(["import", "lines.jsonl"], { cwd });
  if (code !== 0) throw new Error(stderr);
}

/** Exports a store, and returns what is behind the first line, which says when. */
export async function exported(
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ text: string; result: CommandResult }> {
  const result = await runChatnest(["export", "out.jsonl", "--json"], { cwd, env });
  if (result.code !== 0) throw new Error(result.stderr);
  const text = await readFile(join(cwd, "out.jsonl"), "utf8");
  return { text: text.slice(text.indexOf("\n") + 1), result };
}

/** Works with the embedded store of a folder. */
export async function inStore<T>(cwd: string, use: (store: ChatStore) => Promise<T>): Promise<T> {
  const store = openSqliteStore(join(cwd, "data", "chatnest.db"));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
