import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createLive } from "@chatnest/api";
import { createChatClient } from "@chatnest/client";
import { openSqliteStore } from "@chatnest/db";
import { describe, expect, test } from "vitest";
import { countLive, say, upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { startChat } from "./chat.ts";
import { startHttp } from "./http.ts";

async function startCounted() {
  const store = openSqliteStore(":memory:");
  const live = countLive(createLive(store));
  const server = await startServer({ store, live });
  const left = () =>
    until(() => live.following === 0, { timeoutMs: 5_000, what: "nobody follows any more" });
  return { server, store, live, left, chat: createChatClient({ url: server.url }) };
}

describe("a loop over events", () => {
  test("gives everything in order, and leaving it ends the connection", async () => {
    const { server, store, live, left, chat } = await startCounted();
    await using _server = server;
    await say(store, "tea", 2_500);
    const seqs: number[] = [];
    for await (const event of chat.conversation("tea").events({ after: 0 })) {
      if (event.type !== "message") continue;
      seqs.push(event.message.seq);
      if (seqs.length === 2_400) break;
    }
    expect(seqs).toEqual(upTo(2_400));
    expect(live.begun).toBe(1);
    await left();
  });

  test("is ended by its signal, wherever it waits", async () => {
    const { server, left, chat } = await startCounted();
    await using _server = server;
    const leaving = new AbortController();
    const kinds: string[] = [];
    const options = { signal: leaving.signal };
    for await (const { type } of chat.user("ada").events(options)) {
      kinds.push(type);
      setTimeout(() => leaving.abort(), 10);
    }
    expect(kinds).toEqual(["heads"]);
    await left();
    for await (const _ of chat.conversation("tea").events(options)) expect.fail();
  });

  test("is ended by its return, also while it waits for an event that never comes", async () => {
    const { server, left, chat } = await startCounted();
    await using _server = server;
    const events = chat.conversation("tea").events();
    expect(await events.next()).toMatchObject({ value: { type: "ready" } });
    const waiting = events.next();
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    await left();
  });

  test("throws what the server refuses for good", async () => {
    await using running = await startChat();
    const loop = async () => {
      for await (const _ of running.chat.conversation("tea").events({ after: "x y" })) {
        expect.fail();
      }
    };
    await expect(loop()).rejects.toMatchObject({ code: "validation_failed", status: 422 });
  });

  test("does not read what it does not take", { timeout: 30_000 }, async () => {
    const content = "x".repeat(16_000);
    const total = 4_000;
    let written = 0;
    await using endless = await startHttp(async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('id: e-0\nevent: ready\ndata: {"last_seq":0}\n\n');
      while (written < total) await writeMessage(response, { seq: ++written, content });
    });
    const chat = createChatClient({ url: endless.url });
    let taken = 0;
    for await (const event of chat.conversation("tea").events()) {
      if (event.type !== "message") continue;
      expect(event.message.seq).toBe(++taken);
      if (taken === 10) {
        // What the kernel and fetch hold, and no more.
        await untilSame(() => written);
        expect(written * content.length).toBeLessThan(12_000_000);
      }
      if (taken === total) break;
    }
  });
});

async function writeMessage(response: ServerResponse, message: { seq: number; content: string }) {
  const text = `id: e-${message.seq}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
  response.write(text);
  while (response.writableNeedDrain && !response.destroyed) await delay(1);
}

/** Waits until a number does not change for a while. */
async function untilSame(read: () => number): Promise<void> {
  let before: number;
  do {
    before = read();
    await delay(200);
  } while (read() !== before);
}

describe("closing", () => {
  test("frees connections, and hands over nothing more, in the middle of a handler too", async () => {
    const { server, store, live, left, chat } = await startCounted();
    await using _server = server;
    await say(store, "tea", 500);
    const seqs: number[] = [];
    const statuses: string[] = [];
    const subscription = chat.conversation("tea").subscribe({
      after: 0,
      onMessage({ seq }) {
        seqs.push(seq);
        if (seq === 100) subscription.close();
      },
      onState: ({ status }) => statuses.push(status),
    });
    expect(subscription.state).toEqual({ status: "connecting" });
    expect(await subscription.closed).toBe(undefined);
    expect(subscription.state).toEqual({ status: "closed" });
    expect(seqs).toEqual(upTo(100));
    expect(statuses).toEqual(["connecting", "catching_up", "closed"]);
    await left();
    // Whose token never comes.
    const token = () => new Promise<string>(() => {});
    const waiting = createChatClient({ url: server.url, token })
      .user()
      .subscribe({
        onMessage: () => expect.fail(),
      });
    await delay(10);
    waiting.close();
    expect(await waiting.closed).toBe(undefined);
    const closedAtOnce = chat.user("ada").subscribe({ onMessage: () => expect.fail() });
    closedAtOnce.close();
    expect(await closedAtOnce.closed).toBe(undefined);
    expect(live.begun).toBe(1);
  });
});
