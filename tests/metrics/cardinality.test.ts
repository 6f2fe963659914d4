import { METHODS, request } from "node:http";
import { expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { scrape, send } from "./scrape.ts";

const requests = 10_000;
const atOnce = 100;

/** Makes requests that differ in their paths, users and methods; those that hold with each other share a status. */
function attack(n: number): { method: string; path: string } {
  const name = encodeURIComponent(`x-${n} {"'\\`);
  const paths = [
    `/${name}`,
    `/messages/${name}/1`,
    `/conversations/${name}?messages=0`,
    `/users/${name}/notes?limit=1`,
    `/trpc/${name}`,
    `/trpc/messages.${n}`,
    `/metrics/${name}`,
    `/messages/tea?limit=${n + 1_001}`,
  ];
  const methods = METHODS.filter((method) => method !== "CONNECT");
  return {
    path: paths[n % paths.length] ?? "/",
    method: n % 3 === 0 ? (methods[n % methods.length] ?? "GET") : "GET",
  };
}

async function ask(port: number, n: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { "x-request-id": `id-${n}`, "user-agent": `agent-${n}` };
  request({ port, host: "127.0.0.1", ...attack(n), headers, agent: false }, (response) => {
    response.resume().once("end", resolve);
  })
    .once("error", reject)
    .end();
  await promise;
}

it("has no more series after 10,000 paths, users and methods than after the first of each", async () => {
  await using folder = await newFolder();
  await using server = await startServer({
    cwd: folder.path,
    env: { CHATNEST_REQUEST_LOG: "off" },
  });
  await send(server, { user_id: "ann", content: "hi", conversation_id: "tea" });
  const keys = async () => {
    const { series } = await scrape(server);
    return new Set(series.map(({ name, labels }) => JSON.stringify([name, labels])));
  };
  // Every path with every method is there once.
  const warmUp = 3 * 8 * METHODS.length;
  for (let n = 0; n < warmUp; n++) await ask(server.port, n);
  await keys();
  const before = await keys();
  for (let n = warmUp; n < requests; n += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => ask(server.port, n + index)));
  }
  for (let n = 0; n < 200; n++) {
    await send(server, { user_id: `user-${n}`, content: "hi", conversation_id: `room-${n}` });
  }
  const after = await keys();
  expect([...after].filter((key) => !before.has(key))).toEqual([]);
  expect(after.size).toBeLessThan(3_000);
  expect([...after].join()).not.toMatch(/x-\d|user-\d|room-\d|id-\d|agent-\d/);
  const found = await scrape(server);
  expect(found.sum("chatnest_http_request_duration_seconds_count")).toBeGreaterThan(requests);
  expect(
    found.sum("chatnest_http_request_duration_seconds_count", { method: "OTHER" }),
  ).toBeGreaterThan(100);
}, 120_000);
