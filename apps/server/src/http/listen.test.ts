import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CommandError } from "../command-error.ts";
import { Connections } from "./connections.ts";
import { listen } from "./listen.ts";

describe("listen", () => {
  it("answers on the port it says", async () => {
    const fetchText = () => new Response("hello");
    const { url, drain } = await listen({ fetch: fetchText, host: "127.0.0.1", port: 0 });
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(await (await fetch(url)).text()).toBe("hello");
    await drain({ graceMs: 0 });
    await expect(fetch(url)).rejects.toThrow();
  });

  it("has the system ask whether the other end of a silent connection is still there", async () => {
    const { url, drain } = await listen({
      fetch: () => new Response(),
      host: "127.0.0.1",
      port: 0,
    });
    const port = Number(new URL(url).port);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    // sl, local address, remote address, state, queues, timer: 02 is the one that asks.
    const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const readTimer = async () => {
      const table = await readFile("/proc/net/tcp", "latin1");
      const lines = table.split("\n").map((line) => line.trim().split(/\s+/));
      return lines.find((fields) => fields[1] === local && fields[3] === "01")?.[5];
    };
    await expect.poll(readTimer).toMatch(/^02:/);
    socket.destroy();
    await drain({ graceMs: 0 });
  });

  it("names a port that is in use, and how to choose another", async () => {
    await using other = await openServer();
    const attempt = listen({ fetch: () => new Response(), host: "127.0.0.1", port: other.port });
    await expect(attempt).rejects.toThrow(CommandError);
    await expect(attempt).rejects.toThrow(`port ${other.port} is in use`);
    await expect(attempt).rejects.toThrow(`PORT=${other.port + 1}`);
  });

  it("names a host that is not this machine", async () => {
    const attempt = listen({ fetch: () => new Response(), host: "192.0.2.1", port: 0 });
    await expect(attempt).rejects.toThrow("HOST 192.0.2.1 is not an address of this machine");
  });
});

describe("drain", () => {
  it("answers what was asked, and lets a kept connection ask once more", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.write(request);
    await server.untilAsked(1);
    const drained = server.connections.drain({ graceMs: 5000 });
    server.answer();
    expect(await readSome(socket)).toContain("answer 1");
    socket.write(request);
    await server.untilAsked(2);
    server.answer();
    expect(await readSome(socket)).toContain("answer 2");
    await drained;
  });

  it("lets a connection that is kept and asks nothing ask once more", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.write(request);
    await server.untilAsked(1);
    server.answer();
    await readSome(socket);
    const drained = server.connections.drain({ graceMs: 5000, idleMs: 500 });
    await delay(100);
    socket.write(request);
    await server.untilAsked(2);
    server.answer();
    expect(await readSome(socket)).toContain("answer 2");
    await drained;
  });

  it("answers a request of which half had come", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.write(request.slice(0, 20));
    await delay(50);
    const drained = server.connections.drain({ graceMs: 5000, idleMs: 100 });
    await delay(300);
    socket.write(request.slice(20));
    await server.untilAsked(1);
    server.answer();
    expect(await readSome(socket)).toContain("answer 1");
    await drained;
  });

  it("answers the second half of a request on a connection that was used before", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.write(request);
    await server.untilAsked(1);
    server.answer();
    await readSome(socket);
    socket.write(request.slice(0, 20));
    await delay(50);
    const drained = server.connections.drain({ graceMs: 5000, idleMs: 100 });
    await delay(300);
    socket.write(request.slice(20));
    await server.untilAsked(2);
    server.answer();
    expect(await readSome(socket)).toContain("answer 2");
    await drained;
  });

  it("ends connections that ask nothing, used or not, after a while and not at once", async () => {
    await using server = await openServer();
    const [fresh, used] = [await server.connect(), await server.connect()];
    used.write(request);
    await server.untilAsked(1);
    server.answer();
    await readSome(used);
    const startedAt = performance.now();
    const closed = Promise.all([once(fresh, "close"), once(used, "close")]);
    await server.connections.drain({ graceMs: 5000, idleMs: 200 });
    await closed;
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("delivers a long answer to a slow reader", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.pause();
    socket.write(request);
    await server.untilAsked(1);
    const long = "x".repeat(20_000_000);
    server.answer(long);
    const drained = server.connections.drain({ graceMs: 10_000, idleMs: 100 });
    await delay(500);
    let length = 0;
    for await (const chunk of socket) length += (chunk as Buffer).length;
    expect(length).toBeGreaterThan(long.length);
    await drained;
  });

  it("cuts what is left when the time is over", async () => {
    await using server = await openServer();
    const socket = await server.connect();
    socket.write(request);
    await server.untilAsked(1);
    const closed = once(socket, "close");
    await server.connections.drain({ graceMs: 100 });
    await closed;
  });
});

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async function openServer() {
  const waiting: ((text: string) => void)[] = [];
  let asked = 0;
  const sockets: Socket[] = [];
  const server: Server = createServer((_request, response) => {
    asked++;
    waiting.push((text) => response.end(text));
    server.emit("asked");
  });
  const connections = new Connections(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections,
    async connect() {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      sockets.push(socket);
      await Promise.all([once(socket, "connect"), once(server, "connection")]);
      return socket;
    },
    async untilAsked(count: number) {
      while (asked < count) await once(server, "asked");
    },
    answer(text = `answer ${asked}`) {
      waiting.shift()?.(text);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      if (server.listening) server.close();
    },
  };
}

async function readSome(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return chunk.toString();
}
