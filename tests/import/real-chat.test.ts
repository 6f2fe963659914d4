import { randomUUID } from "node:crypto";
import { appendFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatClient, createChatClient } from "@chatnest/client";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type RunningServer, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { until } from "../support/until.ts";
import { type ReadMessage, readAll } from "./read-back.ts";
import {
  chatExcerptFile,
  readRealChat,
  toUtterances,
  type Utterance,
  wholeChatFile,
} from "./real-chat.ts";

const timeoutMs = 180_000;

// The excerpt everywhere; the whole, too, where it is named.
const files = [
  { name: "an excerpt of the real chat", file: chatExcerptFile, count: 2_000 },
  ...(wholeChatFile ? [{ name: "the whole real chat", file: wholeChatFile, count: 65_422 }] : []),
];
const stores = [
  { store: "the embedded store", toEnv: () => ({}) },
  ...inject("mongoDeployments")
    .slice(0, 1)
    .map(({ name, uri }) => ({ store: `MongoDB (${name})`, toEnv: () => toMongoEnv(uri) })),
];

describe.each(files)("$name", ({ file, count }) => {
  let chat: Map<string, Utterance[]>;
  beforeAll(async () => {
    chat = await readRealChat(file);
    // The file is the one that is meant.
    expect(chat.size).toBe(51);
    expect([...chat.values()].flat()).toHaveLength(count);
  });

  it.each(stores)(
    "goes into $store and comes out again, in order, once",
    ({ toEnv }) => importAndReadBack({ file, chat }, toEnv()),
    timeoutMs,
  );
});

function toMongoEnv(uri: string): Record<string, string> {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  return { MONGODB_URI: inDatabase };
}

interface Chat {
  file: string;
  chat: Map<string, Utterance[]>;
}

async function importAndReadBack(
  { file: chatFile, chat }: Chat,
  env: Record<string, string>,
): Promise<void> {
  const messageCount = [...chat.values()].flat().length;
  await using folder = await newFolder();
  const cwd = folder.path;
  const first = await runChatnest(["import", chatFile], { cwd, env });
  expect(first).toMatchObject({
    code: 0,
    stdout: toSummary({ stored: messageCount, existing: 0 }),
  });
  console.log(first.stdout.trim());

  await using server = await startReadyServer(cwd, env);
  const stored = await readEverything(server, chat.keys());
  expectRealChat(chat, stored);
  const client = createChatClient({ url: server.url });
  await expectSameThroughClient(client, stored);
  await expectSameFromBothEnds(client, stored);
  await server.stop();

  // What was imported is known again: the file itself, a renamed copy, and one that grew.
  const copy = join(cwd, "renamed.jsonl");
  await copyFile(chatFile, copy);
  for (const file of [chatFile, copy]) {
    const again = await runChatnest(["import", file], { cwd, env });
    expect(again).toMatchObject({
      code: 0,
      stdout: toSummary({ stored: 0, existing: messageCount }),
    });
  }
  const last = [...chat].at(-1);
  if (!last) throw new Error("there is no conversation");
  const [conversationId, log] = last;
  const added = [log[0], log[0], { ...log[0], content: "one more" }].map((utterance) => {
    return JSON.stringify({ conversation_id: conversationId, ...utterance });
  });
  await appendFile(copy, `${added.join("\n")}\n`);
  const grown = await runChatnest(["import", copy], { cwd, env });
  expect(grown).toMatchObject({
    code: 0,
    stdout: toSummary({ stored: 3, existing: messageCount }),
  });

  await using next = await startReadyServer(cwd, env);
  const now = await readEverything(next, chat.keys());
  expect(now.get(conversationId)?.splice(log.length)).toHaveLength(3);
  expect(now).toEqual(stored);
}

function toSummary({ stored, existing }: { stored: number; existing: number }) {
  const [storedText, existingText] = [stored, existing].map((count) =>
    count.toLocaleString("en-US"),
  );
  return expect.stringContaining(
    `: ${storedText} stored, ${existingText} already there, 0 refused\n`,
  );
}

async function startReadyServer(cwd: string, env: Record<string, string>): Promise<RunningServer> {
  const server = await startServer({ cwd, env });
  const isReady = async () => (await fetch(`${server.url}/readyz`)).ok;
  await until(isReady, { timeoutMs: 30_000, what: "the server is ready" });
  return server;
}

async function readEverything(
  server: RunningServer,
  conversationIds: Iterable<string>,
): Promise<Map<string, ReadMessage[]>> {
  const stored = new Map<string, ReadMessage[]>();
  for (const conversationId of conversationIds) {
    stored.set(conversationId, await readAll(server.url, conversationId));
  }
  return stored;
}

function expectRealChat(
  chat: ReadonlyMap<string, Utterance[]>,
  stored: Map<string, ReadMessage[]>,
): void {
  for (const [conversationId, log] of chat) {
    const messages = stored.get(conversationId) ?? [];
    expect(toUtterances(messages)).toEqual(log);
    expect(messages.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(messages.every((message) => message.conversation_id === conversationId)).toBe(true);
  }
}

async function expectSameThroughClient(
  client: ChatClient,
  stored: Map<string, ReadMessage[]>,
): Promise<void> {
  for (const [conversation_id, messages] of stored) {
    expect(await walk(client, { conversation_id, limit: 1000, after: 0 })).toEqual(messages);
  }
}

async function expectSameFromBothEnds(
  client: ChatClient,
  stored: Map<string, ReadMessage[]>,
): Promise<void> {
  const longest = [...stored].sort(([, a], [, b]) => b.length - a.length)[0];
  if (!longest) throw new Error("there is no conversation");
  const [conversation_id, messages] = longest;
  expect(messages.length).toBeGreaterThan(100);
  expect(await walk(client, { conversation_id, limit: 37, after: 0 })).toEqual(messages);
  expect(await walkBack(client, { conversation_id, limit: 37 })).toEqual(messages);
}

type PageInput = Parameters<ChatClient["messages"]["page"]>[0];

async function walk(client: ChatClient, input: PageInput): Promise<unknown[]> {
  const found: unknown[] = [];
  let page = await client.messages.page(input);
  for (;;) {
    found.push(...page.messages);
    if (!page.next) return found;
    page = await page.next();
  }
}

async function walkBack(client: ChatClient, input: PageInput): Promise<unknown[]> {
  const found: unknown[][] = [];
  let page = await client.messages.page(input);
  for (;;) {
    found.unshift(page.messages);
    if (!page.prev) return found.flat();
    page = await page.prev();
  }
}
