import { once } from "node:events";
import type { ServerResponse } from "node:http";
import {
  type AnyEntry,
  applyEntry,
  type ChatClient,
  createChatClient,
  type Message,
  type UserEntryEvent,
} from "@chatnest/client";
import { describe, expect, test } from "vitest";
import { upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { startHttp } from "./http.ts";
import { MoodyNetwork } from "./moody-network.ts";
import { startScripted } from "./scripted.ts";
import { heads, message, write } from "./wire.ts";

/** Writes entries of all kinds to a conversation of ada's. */
async function talk({ messages }: ChatClient, conversation_id: string, rounds = 5): Promise<void> {
  const by = { conversation_id, user_id: "ada" };
  for (let n = 0; n < rounds; n++) {
    const { seq } = (await messages.send({ ...by, content: `message ${n}` })).message;
    await messages.edit({ ...by, seq, content: `edited ${n}`, metadata: { n } });
    await messages.react({ ...by, seq, key: "x" });
    await messages.send({ ...by, content: `reply ${n}`, thread_seq: seq, reply_to: seq });
    await messages.unreact({ ...by, user_id: "ada", seq, key: "x" });
    if (n % 2) await messages.delete({ ...by, seq });
    else await messages.edit({ ...by, seq, metadata: null });
  }
}

async function readLog(chat: ChatClient, conversation_id: string): Promise<AnyEntry[]> {
  const entries: AnyEntry[] = [];
  for await (const entry of chat.messages.log({ conversation_id, limit: 7 })) entries.push(entry);
  return entries;
}

function startMoody(url: string) {
  const network = new MoodyNetwork();
  const chat = createChatClient({ url, fetch: network.fetch as unknown as typeof fetch });
  return { network, chat };
}

/** What an entry was before its text was erased. */
const seqsOf = (entries: AnyEntry[]) => entries.map(({ seq }) => seq);

test("messages are what their log makes of them", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url });
  await talk(chat, "tea");
  const states = new Map<number, Message>();
  const log = await readLog(chat, "tea");
  expect(seqsOf(log)).toEqual(upTo(log.length));
  for (const entry of log) {
    if (entry.kind === "message") {
      const { kind: _, thread_state: _state, erased: _erased, ...sent } = entry;
      states.set(entry.seq, sent);
    }
    for (const [seq, state] of states) {
      const before = structuredClone(state);
      const after = applyEntry(state, entry);
      expect(state).toEqual(before);
      expect(applyEntry(after, entry)).toBe(after);
      states.set(seq, after);
    }
  }
  const page = await chat.messages.page({ conversation_id: "tea", deleted: "include" });
  expect([...states.values()]).toEqual(page.messages);
});

describe("a follower of the entries of a conversation", () => {
  test("gets each once and in order, through cuts", async () => {
    await using server = await startServer();
    const { network, chat } = startMoody(server.url);
    const others = createChatClient({ url: server.url });
    const entries: AnyEntry[] = [];
    const positions: string[] = [];
    const subscription = chat.conversation("tea").subscribe({
      after: 0,
      onEntry(entry, position) {
        entries.push(entry);
        positions.push(position);
        if (entries.length % 9 === 0) network.cut();
      },
    });
    await talk(others, "tea", 8);
    const log = await readLog(others, "tea");
    await until(() => entries.length >= log.length, { timeoutMs: 15_000, what: "all came" });
    subscription.close();
    expect(seqsOf(entries)).toEqual(upTo(log.length));
    expect(entries.map(({ kind }) => kind)).toEqual(log.map(({ kind }) => kind));
    const rest = chat.conversation("tea").events({ after: positions[30], entries: "all" });
    await rest.next();
    expect((await rest.next()).value).toMatchObject({ type: "entry", entry: log[31] });
    await rest.return?.();
  });

  test("asks by a parameter of Accept, and takes what it does not know as unknown", async () => {
    await using server = await startScripted();
    const heard: unknown[] = [];
    const subscription = createChatClient({ url: server.url })
      .conversation("tea")
      .subscribe({
        onEntry: (entry, position) => heard.push([entry, position]),
        onEvent: (event) => heard.push(event),
      });
    const stream = await server.stream(1);
    expect(stream.req.headers.accept).toBe("text/event-stream;entries=all");
    const ready = { conversation_id: "tea", last_seq: 0 };
    const pin = { kind: "pin", conversation_id: "tea", seq: 2, target_seq: 1 };
    stream.write(
      write("ready", ready, "e-0") +
        // As an older server tells it, which has no kinds.
        write("message", message("tea", 1), "e-1") +
        write("pin", pin, "e-2") +
        write("pin", pin, "e-2") +
        write("typing", { user_id: "ann" }),
    );
    await until(() => heard.length === 4, { timeoutMs: 5_000, what: "all came" });
    subscription.close();
    const unknown = { kind: "unknown", name: "pin", conversation_id: "tea", seq: 2, data: pin };
    expect(heard).toEqual([
      { type: "ready", ...ready, position: "e-0" },
      [{ kind: "message", ...message("tea", 1) }, "e-1"],
      [unknown, "e-2"],
      { type: "unknown", event: "typing", data: { user_id: "ann" } },
    ]);
  });
});

describe("a follower of the entries of a user", () => {
  test("reads what it missed in the logs, once and in order", async () => {
    await using server = await startServer();
    const { network, chat } = startMoody(server.url);
    const others = createChatClient({ url: server.url });
    const rooms = ["tea", "milk", "salt"];
    for (const room of rooms) await talk(others, room, 1);
    const entries: AnyEntry[] = [];
    const states: string[] = [];
    const subscription = chat.user("ada").subscribe({
      onEntry: (entry) => entries.push(entry),
      onState: ({ status }) => states.push(status),
    });
    const isLive = () => states.at(-1) === "live";
    await until(isLive, { timeoutMs: 15_000, what: "it is live" });
    network.goAway();
    for (const room of rooms) await talk(others, room, 4);
    network.comeBack();
    for (const room of rooms) await talk(others, room, 2);
    const logs = await Promise.all(rooms.map((room) => readLog(others, room)));
    const length = logs.flat().length - 3 * 6;
    await until(() => entries.length >= length, { timeoutMs: 15_000, what: "all came" });
    subscription.close();
    for (const [n, room] of rooms.entries()) {
      const heard = entries.filter(({ conversation_id }) => conversation_id === room);
      expect(seqsOf(heard)).toEqual(upTo(logs[n]?.length ?? 0, 7));
    }
    expect(entries.some(({ kind }) => kind === "edit")).toBe(true);
  });

  test("takes what it does not know as unknown, live and in a log", async () => {
    await using server = await startScripted();
    const events: UserEntryEvent[] = [];
    const leaving = new AbortController();
    const chat = createChatClient({ url: server.url });
    const reading = (async () => {
      const options = { entries: "all", signal: leaving.signal } as const;
      for await (const event of chat.user("ada").events(options)) events.push(event);
    })();
    (await server.stream(1)).end(heads(["tea", 0]));
    const stream = await server.stream(2);
    const pin = (seq: number) => ({ kind: "pin", conversation_id: "tea", seq });
    stream.write(heads(["tea", 2]) + write("pin", pin(3)) + write("typing", { kind: "typing" }));
    const entry = { ...message("tea", 1), kind: "message" };
    (await server.page(1)).answer({ entries: [entry, pin(2)], next: null });
    await until(() => events.length === 5, { timeoutMs: 5_000, what: "all came" });
    leaving.abort();
    await reading;
    const unknown = { kind: "unknown", name: "pin", conversation_id: "tea" };
    expect(events.slice(1)).toEqual([
      { type: "unknown", event: "typing", data: { kind: "typing" } },
      { type: "entry", entry },
      { type: "entry", entry: { ...unknown, seq: 2, data: pin(2) } },
      { type: "entry", entry: { ...unknown, seq: 3, data: pin(3) } },
    ]);
  });

  test("reads messages from an older server, which has no log", async () => {
    const streams: ServerResponse[] = [];
    await using server = await startHttp((request, response) => {
      const { pathname } = new URL(request.url ?? "", "http://old");
      if (pathname.endsWith("/events")) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        return void streams.push(response.flushHeaders() ?? response);
      }
      if (pathname === "/trpc/log.page") {
        const data = { code: "not_found", httpStatus: 404 };
        const error = { message: "there is no such procedure", code: -32_004, data };
        return void response.writeHead(404).end(JSON.stringify({ error }));
      }
      const messages = [message("tea", 1), message("tea", 2)];
      response.end(JSON.stringify({ result: { data: { messages, prev: null, next: null } } }));
    });
    const entries: AnyEntry[] = [];
    const subscription = createChatClient({ url: server.url })
      .user("ada")
      .subscribe({ onEntry: (entry) => entries.push(entry) });
    const nth = (n: number) =>
      until(() => streams[n], { timeoutMs: 5_000, what: "there is a stream" });
    const first = await nth(0);
    first.end(heads(["tea", 0]));
    await once(first, "close");
    (await nth(1)).write(heads(["tea", 2]) + write("message", message("tea", 3)));
    await until(() => entries.length === 3, { timeoutMs: 5_000, what: "all came" });
    subscription.close();
    expect(entries).toEqual([1, 2, 3].map((seq) => ({ kind: "message", ...message("tea", seq) })));
  });
});
