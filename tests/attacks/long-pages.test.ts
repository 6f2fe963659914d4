import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { startTarget, storeNames, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

const room = "long";
const count = 1_000;
const content = "x".repeat(16_384);
const pageBytesMax = 1_500_000;
const memoryMaxMiB = 700;
const stallMaxMs = 2_000;
const timeoutMs = 180_000;

const limit = `limit=${count}`;
const batch = toBatch("messages.page", { conversation_id: room, limit: count });
const paths: readonly [path: string, pages: number][] = [
  [`/messages/${room}?${limit}`, 1],
  [`/messages/${room}?${limit}&after=0`, 1],
  [`/messages/${room}/log?${limit}`, 1],
  ["/conversations/ann?messages=1000&limit=10", 1],
  ["/conversations/by-id/long?messages=1000", 1],
  [batch, 10],
  [toBatch("log.page", { conversation_id: room, limit: count }), 10],
  [toBatch("conversations.page", { user_id: "ann", limit: 10, messages: count }), 10],
];

it.each(storeNames)(
  "pages of 1,000 messages of the greatest length, ten at once and not read, cost little: %s",
  async (store) => {
    await using target = await startTarget({ store });
    await fill(target);
    let bytesMax = 0;
    for (const [path, pages] of paths) {
      const response = await fetch(target.url + path);
      const { byteLength } = await response.arrayBuffer();
      expect([path, response.status]).toEqual([path, 200]);
      expect(byteLength).toBeGreaterThan(pages * 1_000_000);
      expect(byteLength).toBeLessThan(pages * pageBytesMax);
      bytesMax = Math.max(bytesMax, byteLength);
    }
    const quietMiB = await memoryOf(target);
    const sockets = Array.from({ length: 6 }, () => askAndNotRead(target, batch));
    const slowestMs = await slowestLivez(target, 2_000);
    const memoryMiB = await memoryOf(target);
    for (const socket of sockets) socket.destroy();
    tell(
      `long pages on ${store}`,
      `at most ${bytesMax} bytes of answer`,
      `${quietMiB} MiB before six batches and ${memoryMiB} MiB beside them`,
      `/livez at most ${slowestMs.toFixed(0)} ms`,
    );
    expect(memoryMiB - quietMiB).toBeLessThan(memoryMaxMiB);
    expect(slowestMs).toBeLessThan(stallMaxMs);
  },
  timeoutMs,
);

/** Stores as many of the longest messages as a page can have. */
async function fill(target: Target): Promise<void> {
  // As many as fit into a body.
  const perImport = 15;
  for (let sent = 0; sent < count; sent += perImport) {
    const messages = Array.from({ length: perImport }, () => {
      return { id: randomUUID(), user_id: "ann", content, conversation_id: room };
    });
    const { status } = await write(target, "/trpc/messages.import", JSON.stringify({ messages }));
    expect(status).toBe(200);
  }
}

/** Makes the path of ten equal calls. */
function toBatch(name: string, input: object): string {
  const calls = Array.from({ length: 10 }, (_, n) => n);
  const inputs = JSON.stringify(Object.fromEntries(calls.map((n) => [n, input])));
  return `/trpc/${calls.map(() => name).join(",")}?batch=1&input=${encodeURIComponent(inputs)}`;
}

/** Sends a request and reads nothing of the answer. */
function askAndNotRead({ port }: Target, path: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
}

/** Asks whether the server lives, again and again, and gives how long the slowest answer took, in ms. */
async function slowestLivez({ url }: Target, durationMs: number): Promise<number> {
  const endsAt = performance.now() + durationMs;
  let slowestMs = 0;
  while (performance.now() < endsAt) {
    const startedAt = performance.now();
    await (await fetch(`${url}/livez`)).text();
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  return slowestMs;
}

// The most that it has occupied: https://docs.kernel.org/filesystems/proc.html
async function memoryOf({ pid }: Target): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}
