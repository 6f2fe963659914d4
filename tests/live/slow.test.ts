import { once } from "node:events";
import { readdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { upTo } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";

const mebibyte = 1024 * 1024;
const slowCount = 45;
const length = 16_000;
const tellMemory = new URL("../support/tell-memory.ts", import.meta.url).href;

/** Starts a server that can be asked what it keeps. */
async function start(cwd: string) {
  const server = await startServer({
    cwd,
    env: { NODE_OPTIONS: `--expose-gc --import=${tellMemory}` },
  });
  let asked = 0;
  /** Reads how much is kept of what was not collected, in bytes. */
  const readMemory = async () => {
    asked++;
    server.process.kill("SIGUSR2");
    const [, bytes] = await server.untilPrinted(new RegExp(`^memory ${asked} (\\d+)$`, "m"));
    return Number(bytes);
  };
  return Object.assign(server, { readMemory });
}

interface Filling {
  room: string;
  letter: string;
  count: number;
}

async function fill({ url }: RunningServer, { room, letter, count }: Filling): Promise<void> {
  const content = letter.repeat(length);
  const body = JSON.stringify({ user_id: "ann", content, conversation_id: room });
  const headers = { "content-type": "application/json" };
  const sender = async () => {
    for (let sent = 0; sent < count / 10; sent++) {
      const answer = await fetch(`${url}/messages/`, { method: "POST", headers, body });
      expect(answer.status).toBe(201);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(upTo(10).map(sender));
}

async function follow(server: { port: number }, path: string): Promise<Socket> {
  const socket = await openSocket(server.port);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
}

// Of what is kept; garbage and gaps come to as much again.
const perReaderMax = mebibyte / 2;

describe("a server with slow readers", () => {
  it.each([
    { what: "plain letters", letter: "x", count: 1_250 },
    { what: "letters of six bytes when they are written", letter: "\u0001", count: 400 },
  ])(
    "keeps little for each that takes nothing of $count messages of $what, and others get everything",
    async (one) => {
      const { count } = one;
      await using folder = await newFolder();
      await using server = await start(folder.path);
      // What the server needs for so much work, with nobody slow.
      for (let round = 0; round < 2; round++) {
        await using first = await SseReader.open(`${server.url}/messages/before/events?after=0`);
        await fill(server, { ...one, room: "before" });
        await first.until(({ seqs }) => seqs.length >= count);
      }
      const before = await server.readMemory();

      // Each at a place of its own, so that they share nothing; some follow from before the first message, some all of a user.
      const paths = (n: number) => [
        "/messages/room/events?after=0",
        `/messages/before/events?after=${n * 5}`,
        "/users/ann/events",
      ];
      const slow = await Promise.all(
        upTo(slowCount).map((n) => follow(server, paths(n)[n % 3] ?? "")),
      );
      await using reader = await SseReader.open(`${server.url}/messages/room/events?after=0`);
      await fill(server, { ...one, room: "room" });
      await reader.until(({ seqs }) => seqs.length === count);
      expect(reader.seqs).toEqual(upTo(count));
      let spent = 0;
      // What is on its way to the reader that takes everything may be kept for a moment.
      const measure = async () => {
        spent = (await server.readMemory()) - before;
        return spent;
      };
      await expect.poll(measure, { timeout: 20_000 }).toBeLessThan(slowCount * perReaderMax);
      process.stdout.write(
        `SLOW ${slowCount} readers that take nothing of ${one.what}: ${(spent / mebibyte / slowCount).toFixed(2)} MiB each\n`,
      );

      // They go on where they stood, here at the beginning.
      const [, , second] = slow;
      let received = 0;
      await new Promise<void>((resolve) => {
        second?.on("data", (chunk: Buffer) => {
          received += chunk.length;
          if (received > count * length) resolve();
        });
        second?.resume();
      });
      for (const socket of slow) socket.destroy();
    },
    90_000,
  );
});

it("keeps nothing of 5,000 connections that came and went", async () => {
  await using folder = await newFolder();
  await using server = await start(folder.path);
  const { pid } = server.process;
  const comeAndGo = async (rounds: number) => {
    const visitor = async (_: unknown, index: number) => {
      const path = index % 2 ? "/messages/room/events" : "/users/ann/events";
      for (let count = 0; count < rounds / 50; count++) {
        const socket = await follow(server, path);
        await once(socket.resume(), "data");
        socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: 50 }, visitor));
  };
  await comeAndGo(1_000);
  const before = await server.readMemory();
  await comeAndGo(5_000);
  const openFiles = async () => (await readdir(`/proc/${pid}/fd`)).length;
  await until(async () => (await openFiles()) < 50, { timeoutMs: 5_000, what: "all are closed" });
  const spent = (await server.readMemory()) - before;
  process.stdout.write(`SLOW 5,000 connections: ${(spent / mebibyte).toFixed(1)} MiB more\n`);
  // A stream that was kept would be more than 20 KiB, 100 MB in all.
  expect(spent).toBeLessThan(24 * mebibyte);
}, 60_000);
