import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../support/append.ts";
import { openSocket } from "../support/raw.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { apiKey, claim, secret } from "./good-token.ts";

const credentials = { apiKeys: [apiKey], tokens: { key: { secret } } };
const perSecond = 3;
const burst = 2 * perSecond;

// A window must not end while a slow machine fills it.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

async function start(): Promise<TestServer> {
  const options = {
    trust: "nobody",
    credentials,
    sendsPerSecond: perSecond,
    proxyHops: 1,
  } as const;
  const server = await startServer(options);
  await server.store.conversations.create({ id: "tea", user_ids: ["ann", "bob"] });
  return server;
}

const bearerOf = (sub: string) => `Bearer ${claim({ sub })}`;

/** How one message is sent. */
interface Send {
  path?: string;
  body?: object;
  headers?: Record<string, string>;
}

const asRest = { content: "x", conversation_id: "tea" };

async function send({ url }: TestServer, { path = "/messages/", body = asRest, headers }: Send) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { authorization: bearerOf("ann"), "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends one after the other, and lists the statuses. */
async function sendOften(server: TestServer, times: number, sendOf: (index: number) => Send) {
  const statuses: number[] = [];
  for (let index = 0; index < times; index++) {
    statuses.push((await send(server, sendOf(index))).status);
  }
  return statuses;
}

const stored = Array<number>(burst).fill(201);

describe("sends of one user", () => {
  it.each<[string, Send, object]>([
    ["REST", {}, { code: "too_many_requests", status: 429 }],
    [
      "tRPC",
      { path: "/trpc/messages.send" },
      { error: { data: { code: "too_many_requests", httpStatus: 429 } } },
    ],
    [
      "notes over tRPC",
      { path: "/trpc/notes.send", body: { content: "x" } },
      { error: { data: { code: "too_many_requests", httpStatus: 429 } } },
    ],
  ])("over the limit are told to wait, and then go on: %s", async (_, how, refusal) => {
    await using server = await start();
    const statuses = await sendOften(server, burst, () => how);
    expect(statuses.every((status) => status < 300)).toBe(true);
    const { status, headers, text } = await send(server, how);
    expect(status).toBe(429);
    expect(Object.fromEntries(headers)).toMatchObject({
      "retry-after": "2",
      ratelimit: '"sends";r=0;t=2',
      "ratelimit-policy": `"sends";q=${burst};w=2`,
    });
    expect(JSON.parse(text)).toMatchObject(refusal);
    vi.advanceTimersByTime(2_000);
    expect((await send(server, how)).status).toBeLessThan(300);
  });

  it("count together, whichever way they come, and keep nobody else from sending", async () => {
    await using server = await start();
    const ways: Send[] = [
      {},
      { path: "/trpc/messages.send" },
      { path: "/trpc/notes.send", body: { content: "x" } },
    ];
    await sendOften(server, burst, (index) => ways[index % ways.length] ?? {});
    const refused = await sendOften(server, ways.length, (index) => ways[index] ?? {});
    expect(refused).toEqual([429, 429, 429]);
    const ofBob = { headers: { authorization: bearerOf("bob") } };
    expect(await sendOften(server, burst, () => ofBob)).toEqual(stored);
    const ofServer = {
      body: { ...asRest, user_id: "ann" },
      headers: { authorization: `Bearer ${apiKey}` },
    };
    expect(await sendOften(server, 3 * burst, () => ofServer)).toEqual(Array(3 * burst).fill(201));
    const headers = { authorization: bearerOf("ann") };
    expect((await fetch(`${server.url}/messages/tea?limit=1`, { headers })).status).toBe(200);
  });

  it("are counted one by one in a batch", async () => {
    await using server = await start();
    const calls = Array.from({ length: 10 }, () => "messages.send").join(",");
    const body = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [n, asRest]));
    const { status, headers, text } = await send(server, {
      path: `/trpc/${calls}?batch=1`,
      body,
    });
    const answers = JSON.parse(text) as { error?: { data: { httpStatus: number } } }[];
    expect(status).toBe(207);
    expect(headers.get("retry-after")).toBe("2");
    expect(answers.map(({ error }) => error?.data.httpStatus ?? 200).toSorted()).toEqual([
      ...Array(burst).fill(200),
      ...Array(10 - burst).fill(429),
    ]);
  });
});

describe("the limit of sends", () => {
  it.each<[string, (index: number) => Send]>([
    ["another address", (n) => ({ headers: { "x-forwarded-for": `198.51.100.${n}` } })],
    ["several addresses", (n) => ({ headers: { "x-forwarded-for": `10.0.0.${n}, 192.0.2.${n}` } })],
    ["other headers of proxies", (n) => ({ headers: { forwarded: `for=192.0.2.${n}` } })],
    ["a new token", (n) => ({ headers: { authorization: `Bearer ${claim({ sub: "ann", n })}` } })],
    [
      "the scheme in another case",
      (n) => ({
        headers: { authorization: bearerOf("ann").replace("Bearer", n % 2 ? "BEARER" : "bearer") },
      }),
    ],
    ["its name said, or not", (n) => ({ body: { ...asRest, ...(n % 2 && { user_id: "ann" }) } })],
    ["other slashes", (n) => ({ path: n % 2 ? "/messages" : "/messages/" })],
    ["a query", (n) => ({ path: `/trpc/messages.send?n=${n}` })],
    [
      "the procedure percent-encoded",
      (n) => ({ path: n % 2 ? "/trpc/messages%2Esend" : "/trpc/%6Dessages.send" }),
    ],
    ["ids that are new", (n) => ({ body: { ...asRest, id: `message-${n}` } })],
    ["an Idempotency-Key", (n) => ({ headers: { "idempotency-key": `key-${n}` } })],
    ["a conversation that is none", (n) => ({ body: { ...asRest, conversation_id: `none-${n}` } })],
  ])("is not passed by %s", async (_, sendOf) => {
    await using server = await start();
    await sendOften(server, burst, () => ({}));
    expect(await sendOften(server, 6, sendOf)).not.toContain(201);
    expect(await storedCount(server)).toBe(burst);
  });

  it.each(["ANN", " ann", "ann ", "%61nn", "ann\u200b", "\uff41nn", "bob"])(
    "is not passed by the name %j, which is another user's",
    async (user_id) => {
      await using server = await start();
      const body = { ...asRest, user_id };
      expect(await sendOften(server, 3, () => ({ body }))).toEqual([403, 403, 403]);
    },
  );

  it("is not passed by many at once", async () => {
    await using server = await start();
    const sent = await Promise.all(Array.from({ length: 50 }, () => send(server, {})));
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(burst);
    expect(await storedCount(server)).toBe(burst);
  });
});

async function storedCount({ store }: TestServer): Promise<number> {
  const [conversation] = await store.conversations.get(["tea"], 0);
  return conversation?.last_seq ?? 0;
}

describe("whole histories that one user reads at a time", () => {
  it("are 20 at most, over which they are 503, until one is done", async () => {
    await using server = await start();
    const content = "x".repeat(16_000);
    // More than the buffers of a connection hold.
    for (let count = 0; count < 1_000; count++) {
      const message = { id: `message-${count}`, user_id: "bob", content, conversation_id: "tea" };
      await append(server.store, message);
    }
    const ask = async (user: string) => {
      const headers = { authorization: bearerOf(user) };
      const response = await fetch(`${server.url}/messages/tea`, { headers });
      await response.body?.cancel();
      return response;
    };
    const held = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = await openSocket(server.port);
        socket.write(
          `GET /messages/tea HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${bearerOf("ann")}\r\n\r\n`,
        );
        await new Promise((resolve) => socket.once("readable", resolve));
        return socket;
      }),
    );
    const refused = await ask("ann");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    expect((await ask("bob")).status).toBe(200);
    held.pop()?.destroy();
    const isLetIn = async () => (await ask("ann")).status === 200;
    await until(isLetIn, { timeoutMs: 5_000, what: "there is a place again" });
    for (const socket of held) socket.destroy();
  }, 30_000);
});
