import { randomUUID } from "node:crypto";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";
import { inSeconds } from "./forge.ts";
import { apiKey, claim, secret } from "./good-token.ts";

const credentials = { apiKeys: [apiKey], tokens: { key: { secret } } };
/** What is promised, in ms, and what a busy machine may add to it. */
const endsMsMax = 5_000 + 3_000;

/** Two servers: where members are removed, and where they follow and send. */
interface Pair extends AsyncDisposable {
  there: TestServer;
  here: TestServer;
}

async function startOver(stores: readonly [ChatStore, ChatStore]): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const start = async (store: ChatStore) =>
    stack.use(await startServer({ store, trust: "nobody", credentials }));
  const there = await start(stores[0]);
  const here = stores[1] === stores[0] ? there : await start(stores[1]);
  return { there, here, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Starts two servers that know nothing of each other over one database. */
async function startApart(uri: string): Promise<Pair> {
  const name = `test-${randomUUID()}`;
  const inDatabase = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const stores = [
    openMongoStore({ uri: inDatabase }),
    openMongoStore({ uri: inDatabase }),
  ] as const;
  await Promise.all(stores.map(({ ready }) => ready));
  const pair = await startOver(stores);
  const stack = new AsyncDisposableStack();
  const client = stack.adopt(new MongoClient(uri), (one) => one.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  stack.use(pair);
  return { ...pair, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function startTogether(): Promise<Pair> {
  const store = openSqliteStore(":memory:");
  return startOver([store, store]);
}

const deployments: { name: string; start: () => Promise<Pair> }[] = [
  { name: "SQLite, in one process", start: startTogether },
  ...inject("mongoDeployments").map(({ name, uri }) => {
    return { name: `MongoDB ${name}, through another process`, start: () => startApart(uri) };
  }),
];

const borders = {
  REST: (id: string) => `/messages/${id}/events`,
  tRPC: (id: string) =>
    `/trpc/live.conversation?input=${encodeURIComponent(JSON.stringify({ conversation_id: id }))}`,
};

const tokenOf = (sub: string, exp = inSeconds(60)) => `Bearer ${claim({ sub, exp })}`;

async function follow(url: string, path: string, authorization: string): Promise<SseReader> {
  return SseReader.open(url + path, { headers: { authorization } });
}

/** Waits until a stream has brought something of ours, after which it is followed. */
function untilBegun(reader: SseReader): Promise<SseReader> {
  return reader.until(({ events }) => events.some(({ id }) => id !== undefined));
}

function call(url: string, path: string, init: RequestInit): Promise<Response> {
  const headers = { "content-type": "application/json", ...init.headers };
  return fetch(url + path, { ...init, headers });
}

/** Begins a conversation of ann and bob. */
async function begin({ there }: Pair): Promise<string> {
  const id = randomUUID();
  await there.store.conversations.create({ id, user_ids: ["ann", "bob"] });
  return id;
}

/** Removes ann with a server key, and says when. */
async function removeAnn({ there }: Pair, id: string): Promise<number> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const path = `/conversations/${id}/members/ann`;
  expect((await call(there.url, path, { method: "DELETE", headers })).status).toBe(204);
  return performance.now();
}

async function sendAsAnn({ here }: Pair, id: string): Promise<number> {
  const headers = { authorization: tokenOf("ann") };
  const body = JSON.stringify({ content: "x", conversation_id: id });
  const { status } = await call(here.url, "/messages/", { method: "POST", headers, body });
  return status;
}

describe.concurrent.each(deployments)("a member that is removed: $name", ({ start }) => {
  it("loses its live streams within 5 s, and nobody else does", async () => {
    await using pair = await start();
    const { url } = pair.here;
    const id = await begin(pair);
    const open = (path: string, user: string) => follow(url, path, tokenOf(user));
    await using rest = await open(borders.REST(id), "ann");
    await using trpc = await open(borders.tRPC(id), "ann");
    await using others = await open(borders.REST(id), "bob");
    await Promise.all([rest, trpc, others].map(untilBegun));
    const removedAt = await removeAnn(pair, id);
    await Promise.all([rest.ended, trpc.ended]);
    expect(performance.now() - removedAt).toBeLessThan(endsMsMax);
    expect(rest.events.at(-1)).toEqual({
      event: "unavailable",
      data: { code: "not_found", detail: "there is no such conversation" },
    });
    expect(trpc.events.at(-1)).toMatchObject({
      event: "serialized-error",
      data: { data: { code: "not_found", httpStatus: 404 } },
    });
    expect(others.isEnded).toBe(false);
    // It may be let in again for as long, where leavings are not heard; then that ends at once.
    const isNone = async () => {
      await using again = await open(borders.REST(id), "ann");
      await again.ended;
      return again.response.status === 404;
    };
    await until(isNone, { timeoutMs: endsMsMax, what: "no conversation seems to exist" });
    expect(performance.now() - removedAt).toBeLessThan(endsMsMax);
  }, 30_000);

  it("is refused to send within 5 s, and from then on", async () => {
    await using pair = await start();
    const id = await begin(pair);
    // Known as a member here.
    expect(await sendAsAnn(pair, id)).toBe(201);
    const removedAt = await removeAnn(pair, id);
    const isRefused = async () => (await sendAsAnn(pair, id)) === 404;
    await until(isRefused, { timeoutMs: 15_000, what: "ann's sends are refused" });
    expect(performance.now() - removedAt).toBeLessThan(endsMsMax);
    const later = await Promise.all(Array.from({ length: 20 }, () => sendAsAnn(pair, id)));
    expect(new Set(later)).toEqual(new Set([404]));
  }, 30_000);

  it("follows and sends again when it is added again", async () => {
    await using pair = await start();
    const id = await begin(pair);
    await removeAnn(pair, id);
    await pair.there.store.members.join({ conversation_id: id, user_id: "ann" });
    const isLetIn = async () => (await sendAsAnn(pair, id)) === 201;
    await until(isLetIn, { timeoutMs: endsMsMax, what: "ann's sends are stored" });
    await using rest = await follow(pair.here.url, borders.REST(id), tokenOf("ann"));
    await untilBegun(rest);
  }, 30_000);
});

describe("the end of a token", () => {
  const input = encodeURIComponent(JSON.stringify({ user_id: "ann" }));

  it.each(["/messages/tea/events", "/users/ann/events"])("is told on %s", async (path) => {
    await using pair = await startTogether();
    await pair.here.store.conversations.create({ id: "tea", user_ids: ["ann"] });
    // It is taken for 30 s longer than it says.
    await using reader = await follow(pair.here.url, path, tokenOf("ann", inSeconds(-28)));
    await untilBegun(reader);
    await reader.ended;
    expect(reader.events.at(-1)).toEqual({ event: "expired", data: {} });
  });

  it.each([borders.tRPC("tea"), `/trpc/live.user?input=${input}`])(
    "is UNAUTHORIZED on %s",
    async (path) => {
      await using pair = await startTogether();
      await pair.here.store.conversations.create({ id: "tea", user_ids: ["ann"] });
      await using reader = await follow(pair.here.url, path, tokenOf("ann", inSeconds(-28)));
      await untilBegun(reader);
      await reader.ended;
      expect(reader.events.at(-1)).toMatchObject({
        event: "serialized-error",
        data: { code: -32001, data: { code: "unauthorized", httpStatus: 401 } },
      });
    },
  );

  it("is not the end of a stream that a server key opened", async () => {
    await using pair = await startTogether();
    await using reader = await follow(pair.here.url, "/messages/tea/events", `Bearer ${apiKey}`);
    await using ofToken = await follow(
      pair.here.url,
      "/users/ann/events",
      tokenOf("ann", inSeconds(-28)),
    );
    await untilBegun(reader);
    await ofToken.ended;
    expect(reader.isEnded).toBe(false);
  });
});
