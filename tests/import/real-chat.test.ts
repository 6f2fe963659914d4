import { randomUUID } from "node:crypto";
import { appendFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatClient, createChatClient } from "@chatnest/client";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type RunningServer, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { until } from "../support/until.ts";
import { type ReadMessage, readAll } from "./read-back.ts";
import { readRealChat, realChatFile, toUtterances, type Utterance } from "./real-chat.ts";

const messageCount = 65_422;
const timeoutMs = 180_000;
let chat: Map<string, Utterance[]>;

beforeAll(async () => {
  chat = await readRealChat();
  // The file is the one that is meant.
  expect(chat.size).toBe(51);
  expect([...chat.values()].flat()).toHaveLength(messageCount);
});

describe("all of the real chat, on the embedded store", () => {
  it("goes in and comes out again, in order, once", () => importAndReadBack({}), timeoutMs);
});

describe.each(inject("mongoDeployments").slice(0, 1))(
  "all of the real chat, on MongoDB ($name)",
  ({ uri }) => {
    it(
      "goes in and comes out again, in order, once",
      () => {
        const name = `test-${randomUUID()}`;
        const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
        return importAndReadBack({ MONGODB_URI: inDatabase });
      },
      timeoutMs,
    );
  },
);

async function importAndReadBack(env: Record<string, string>): Promise<void> {
  await using folder = await newFolder();
  const cwd = folder.path;
  const first = await runChatnest(["import", realChatFile], { cwd, env });
  expect(first).toMatchObject({
    code: 0,
    stdout: toSummary({ stored: messageCount, existing: 0 }),
  });
  console.log(first.stdout.trim());

  await using server = await startReadyServer(cwd, env);
  const stored = await readEverything(server);
  expectRealChat(stored);
  const client = createChatClient({ url: server.url });
  await expectSameThroughClient(client, stored);
  await expectSameFromBothEnds(client, stored);
  await server.stop();

  // What was imported is known again: the file itself, a renamed copy, and one that grew.
  const copy = join(cwd, "renamed.jsonl");
  await copyFile(realChatFile, copy);
  for (const file of [realChatFile, copy]) {
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
  const now = await readEverything(next);
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

async function readEverything(server: RunningServer): Promise<Map<string, ReadMessage[]>> {
  const stored = new Map<string, ReadMessage[]>();
  for (const conversationId of chat.keys()) {
    stored.set(conversationId, await readAll(server.url, conversationId));
  }
  return stored;
}

function expectRealChat(stored: Map<string, ReadMessage[]>): void {
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
  expect(messages.length).toBeGreaterThan(1900);
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
