import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type ConnectionLimits, listen } from "./listen.ts";

const limits = { connectionsCheckingInterval: 50, headersTimeout: 200, requestTimeout: 400 };
const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n";

/** Listens with short limits, and answers with the body that it got. */
async function open(more: Partial<ConnectionLimits> = {}) {
  const sockets: Socket[] = [];
  const { url, drain } = await listen({
    fetch: async (request: Request) => new Response(`got ${await request.text()}`),
    host: "127.0.0.1",
    port: 0,
    limits: { ...limits, ...more },
  });
  return {
    async connect() {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      return { socket, end: readToEnd(socket) };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await drain({ graceMs: 0 });
    },
  };
}

// Being reset while it writes is an end like any other, with the answer on the way or not.
function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => socket.on("close", () => resolve(text)));
}
const tooLate = /^(?:HTTP\/1\.1 408 |$)/;

describe("a connection", () => {
  it.each([
    ["says nothing", ""],
    ["begins a request line", "GET / HT"],
    ["begins its headers", "GET / HTTP/1.1\r\nHost: localhost\r\n"],
  ])("that %s is ended when its head is late", async (_, text) => {
    await using server = await open();
    const { socket, end } = await server.connect();
    socket.write(text);
    expect(await end).toMatch(tooLate);
  });

  it("that writes its head byte by byte is ended, too", async () => {
    await using server = await open();
    const { socket, end } = await server.connect();
    const writing = setInterval(() => socket.write("X"), 20);
    socket.write("GET / HTTP/1.1\r\n");
    expect(await end).toMatch(tooLate);
    clearInterval(writing);
  });

  it("that writes its body byte by byte is ended when the request is late", async () => {
    await using server = await open({ headersTimeout: 300 });
    const { socket, end } = await server.connect();
    socket.write(`${head}\r\n`);
    const writing = setInterval(() => socket.write("x"), 20);
    expect(await end).toMatch(tooLate);
    clearInterval(writing);
  });

  it("that is idle is ended after a while, and one that asks is kept", async () => {
    await using server = await open({ keepAliveTimeout: 1_000 });
    const { socket, end } = await server.connect();
    for (let n = 0; n < 5; n++) {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await delay(20);
    }
    expect((await end).match(/ 200 OK/g)).toHaveLength(5);
  });

  it("too many is closed as it comes, until another one ends", async () => {
    await using server = await open({
      connectionsMax: 3,
      headersTimeout: 20_000,
      requestTimeout: 20_000,
    });
    const held = [await server.connect(), await server.connect(), await server.connect()];
    const { end } = await server.connect();
    expect(await end).toBe("");
    held[0]?.socket.destroy();
    await expect
      .poll(async () => {
        const { socket, end } = await server.connect();
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return end;
      })
      .toContain("200 OK");
  });
});

it("an answer may take longer than a request", async () => {
  const { url, drain } = await listen({
    fetch: async () => {
      await delay(1_000);
      return new Response("late");
    },
    host: "127.0.0.1",
    port: 0,
    limits,
  });
  expect(await (await fetch(url)).text()).toBe("late");
  await drain({ graceMs: 0 });
});
