import { afterEach, describe, expect, it, vi } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { inSeconds } from "./forge.ts";
import { apiKey, claim, secret, write } from "./good-token.ts";

const credentials = { apiKeys: [apiKey], tokens: { key: { secret } } };
const good = `Bearer ${apiKey}`;
const bad = "Bearer no-key-of-ours";
const path = "/conversations/ann";

afterEach(() => {
  vi.useRealTimers();
});

/** Asks with some credentials, as one whom the proxies say something of. */
async function ask(
  { url }: TestServer,
  authorization: string | undefined,
  forwarded?: string,
): Promise<Response> {
  const headers = new Headers();
  if (authorization !== undefined) headers.set("authorization", authorization);
  if (forwarded !== undefined) headers.set("x-forwarded-for", forwarded);
  const response = await fetch(url + path, { headers });
  await response.arrayBuffer();
  return response;
}

/** Asks many times, and lists the statuses that came. */
async function askOften(times: number, once: (index: number) => Promise<Response>) {
  const statuses: number[] = [];
  for (let index = 0; index < times; index++) statuses.push((await once(index)).status);
  return statuses;
}

const refused = Array<number>(30).fill(401);

describe("failed credentials", () => {
  it("are told to wait after 30 in a minute, and are counted anew in the next", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using server = await startServer({ trust: "nobody", credentials });
    expect(await askOften(30, () => ask(server, bad))).toEqual(refused);
    vi.advanceTimersByTime(20_000);
    const { status, headers } = await ask(server, bad);
    expect(status).toBe(429);
    expect(Object.fromEntries(headers)).toMatchObject({
      "retry-after": "40",
      ratelimit: '"failed-credentials";r=0;t=40',
      "ratelimit-policy": '"failed-credentials";q=30;w=60',
    });
    expect(headers.has("www-authenticate")).toBe(false);
    vi.advanceTimersByTime(40_000);
    expect((await ask(server, bad)).status).toBe(401);
  });

  it("never stop good ones behind the same address, nor what needs none", async () => {
    await using server = await startServer({ trust: "nobody", credentials });
    await askOften(40, () => ask(server, bad));
    expect(await askOften(40, () => ask(server, good))).toEqual(Array(40).fill(200));
    expect([401, 429]).not.toContain((await ask(server, `Bearer ${write()}`)).status);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  });

  it("are not those that have ended, whose holder has to hear it, nor none at all", async () => {
    await using server = await startServer({ trust: "nobody", credentials });
    const ended = `Bearer ${claim({ exp: inSeconds(-60) })}`;
    expect(await askOften(35, () => ask(server, ended))).toEqual(Array(35).fill(401));
    expect(await askOften(35, () => ask(server, undefined))).toEqual(Array(35).fill(401));
    await askOften(40, () => ask(server, bad));
    expect((await ask(server, ended)).status).toBe(401);
    expect((await ask(server, undefined)).status).toBe(401);
  });

  it("are refused in the shape of tRPC there", async () => {
    await using server = await startServer({ trust: "nobody", credentials });
    const call = () =>
      fetch(`${server.url}/trpc/messages.page`, { headers: { authorization: bad } });
    const first = await call();
    expect(await first.json()).toMatchObject({ error: { data: { code: "unauthorized" } } });
    expect(first.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    await askOften(30, call);
    const last = await call();
    expect(last.headers.get("retry-after")).toBe("60");
    expect(await last.json()).toMatchObject({ error: { data: { code: "too_many_requests" } } });
  });
});

describe("failures are counted by address", () => {
  it("of the socket, whatever a client says of itself", async () => {
    await using server = await startServer({ trust: "nobody", credentials });
    const statuses = await askOften(31, (index) => ask(server, bad, `198.51.100.${index}`));
    expect(statuses).toEqual([...refused, 429]);
  });

  it("that the last proxy saw, whatever stands before it", async () => {
    await using server = await startServer({ trust: "nobody", credentials, proxyHops: 1 });
    const forwarded = (index: number) => `198.51.100.${index}, unknown, 192.0.2.1`;
    const statuses = await askOften(31, (index) => ask(server, bad, forwarded(index)));
    expect(statuses).toEqual([...refused, 429]);
    expect((await ask(server, bad, "192.0.2.2")).status).toBe(401);
  });

  it("of a network where it is IPv6, however it is written", async () => {
    await using server = await startServer({ trust: "nobody", credentials, proxyHops: 1 });
    const forwarded = (index: number) => `2001:DB8:0::${index.toString(16)}`;
    const statuses = await askOften(31, (index) => ask(server, bad, forwarded(index)));
    expect(statuses).toEqual([...refused, 429]);
    expect((await ask(server, bad, "[2001:db8::ffff:0:0:1]:443")).status).toBe(429);
    expect((await ask(server, bad, "2001:db8:0:1::")).status).toBe(401);
  });
});
