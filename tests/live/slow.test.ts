import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { upTo } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";

const mebibyte = 1024 * 1024;
const content = "x".repeat(16_000);
const slowCount = 45;
const messageCount = 1_250;

/** Reads how much memory a process has, in bytes: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function readMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Sends 20 MB to a conversation. */
async function fill(url: string, room: string): Promise<void> {
  const body = JSON.stringify({ user_id: "ann", content, conversation_id: room });
  const headers = { "content-type": "application/json" };
  const sender = async () => {
    for (let count = 0; count < messageCount / 10; count++) {
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

const perReaderMax = mebibyte;

describe("a server with slow readers", () => {
  it("keeps little for each that takes nothing, and others get everything", async () => {
    await using folder = await newFolder();
    // The heap is held small, so that what is measured is what is kept.
    const env = { NODE_OPTIONS: "--max-old-space-size=256 --max-semi-space-size=4" };
    await using server = await startServer({ cwd: folder.path, env });
    // What the server needs for so much work, with nobody slow.
    for (const room of ["before", "before"]) {
      await using first = await SseReader.open(`${server.url}/messages/${room}/events?after=0`);
      await fill(server.url, room);
      await first.until(({ seqs }) => seqs.length >= messageCount);
    }
    const before = await readMemory(server.process.pid);

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
    await fill(server.url, "room");
    await reader.until(({ seqs }) => seqs.length === messageCount);
    expect(reader.seqs).toEqual(upTo(messageCount));
    let spent = 0;
    // What a busy machine has not collected yet is not what is kept: a little work lets it.
    const measure = async () => {
      await (await fetch(`${server.url}/messages/before?limit=100`)).arrayBuffer();
      spent = (await readMemory(server.process.pid)) - before;
      return spent;
    };
    await expect.poll(measure, { timeout: 20_000 }).toBeLessThan(slowCount * perReaderMax);
    process.stdout.write(
      `SLOW ${slowCount} readers that take nothing of 20 MB: ${(spent / mebibyte / slowCount).toFixed(2)} MiB each\n`,
    );

    // They go on where they stood, here at the beginning.
    const [, , second] = slow;
    let received = 0;
    await new Promise<void>((resolve) => {
      second?.on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (received > messageCount * content.length) resolve();
      });
      second?.resume();
    });
    for (const socket of slow) socket.destroy();
  }, 60_000);
});

it("keeps nothing of 5,000 connections that came and went", async () => {
  await using folder = await newFolder();
  const env = { NODE_OPTIONS: "--max-old-space-size=64 --max-semi-space-size=4" };
  await using server = await startServer({ cwd: folder.path, env });
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
  const before = await readMemory(pid);
  await comeAndGo(5_000);
  const openFiles = async () => (await readdir(`/proc/${pid}/fd`)).length;
  await until(async () => (await openFiles()) < 50, { timeoutMs: 5_000, what: "all are closed" });
  const spent = (await readMemory(pid)) - before;
  process.stdout.write(`SLOW 5,000 connections: ${(spent / mebibyte).toFixed(1)} MiB more\n`);
  // A stream that was kept would be more than 20 KiB, 100 MB in all.
  expect(spent).toBeLessThan(24 * mebibyte);
}, 60_000);
