import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";
import { openRawConnection, toSendRequest } from "./raw-connection.ts";
import { readSentIds, sendUntilGone } from "./senders.ts";

const message = { id: "half-sent-1", user_id: "ann", content: "hi", conversation_id: "tea" };
const sending = toSendRequest(message);
const asking = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";
const stopping = /"msg":"stopping/;

describe("a server that is told to stop", () => {
  it("answers all that it was asked, and keeps all that it acknowledged", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    const { acknowledged, failures } = await sendUntilGone(server, (count) => {
      if (count === 400) server.process.kill("SIGTERM");
    });
    const { code, stdout, stderr } = await server.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n").at(-1)).toContain('"msg":"stopped"');
    expect(acknowledged.length).toBeGreaterThanOrEqual(400);
    // Every one was told by Connection: close that its next request needs a new connection.
    expect(new Set(failures)).toEqual(new Set(["ECONNREFUSED"]));
    await using next = await startServer({ cwd: folder.path });
    expect((await readSentIds(next)).sort()).toEqual(acknowledged.sort());
  });

  it("answers a request of which half had come", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    using connection = await openRawConnection(server.port);
    connection.write(sending.slice(0, -20));
    // It is there before the signal is: another request on a connection of its own has come after it.
    await fetch(`${server.url}/livez`);
    server.process.kill("SIGTERM");
    await server.untilPrinted(stopping);
    connection.write(sending.slice(-20));
    const answer = await connection.untilRead(/"seq":1\}/);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/^connection: close\r$/im);
    await connection.closed;
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("answers one more request on a kept connection, says it is not ready, and closes it", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    using connection = await openRawConnection(server.port);
    connection.write(asking);
    expect(await connection.untilRead(/"\}/)).toMatch(/^HTTP\/1\.1 200 .*connection: keep-alive/is);
    server.process.kill("SIGTERM");
    await server.untilPrinted(stopping);
    connection.write(asking);
    const answers = await connection.untilRead(/503 Service Unavailable/);
    expect(answers).toMatch(/connection: close/i);
    await connection.closed;
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("does not wait long for connections that ask nothing", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    using fresh = await openRawConnection(server.port);
    using used = await openRawConnection(server.port);
    used.write(asking);
    await used.untilRead(/"\}/);
    const startedAt = performance.now();
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(4000);
    await Promise.all([fresh.closed, used.closed]);
  });

  it("cuts what is not finished when the time for it is over", async () => {
    await using folder = await newFolder();
    const env = { CHATNEST_SHUTDOWN_GRACE_S: "1" };
    await using server = await startServer({ cwd: folder.path, env });
    using connection = await openRawConnection(server.port);
    connection.write(sending.slice(0, -20));
    await fetch(`${server.url}/livez`);
    const startedAt = performance.now();
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("ends soon after the time for it is over, also when something hangs", async () => {
    await using folder = await newFolder();
    // So the server never hears that it has let go of its port.
    const code = `import { Server } from "node:net"; Server.prototype.close = () => {};`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
    const env = { CHATNEST_SHUTDOWN_GRACE_S: "1", NODE_OPTIONS };
    await using server = await startServer({ cwd: folder.path, env });
    const startedAt = performance.now();
    const result = await server.stop();
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.stdout).toContain("something hangs");
    expect(performance.now() - startedAt).toBeLessThan(12_000);
  });

  it("stops at once when it is told again, but not by npm's echo of the first time", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    using connection = await openRawConnection(server.port);
    connection.write(sending.slice(0, -20));
    await fetch(`${server.url}/livez`);
    server.process.kill("SIGINT");
    await server.untilPrinted(stopping);
    server.process.kill("SIGINT");
    // Long enough for the echo to be over.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(server.process.exitCode).toBe(null);
    expect(await server.stop("SIGINT")).toMatchObject({ code: 1, signal: null });
  });
});

describe("a server that meets an unexpected error", () => {
  it.each([
    ["thrown", "throw new Error('boom')"],
    ["rejected", "Promise.reject(new Error('boom'))"],
  ])("logs it, stops as it is told to stop, and exits with 1: %s", async (_how, code) => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path, env: onUsr2(code) });
    using connection = await openRawConnection(server.port);
    connection.write(sending.slice(0, -20));
    await fetch(`${server.url}/livez`);
    server.process.kill("SIGUSR2");
    await server.untilPrinted(stopping);
    connection.write(sending.slice(-20));
    expect(await connection.untilRead(/"seq":1\}/)).toMatch(/^HTTP\/1\.1 201 /);
    const result = await server.ended;
    expect(result).toMatchObject({ code: 1, stderr: "" });
    const lines = result.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const fatal = lines.filter(({ level }) => level === "fatal");
    expect(fatal).toMatchObject([{ err: { stack: expect.stringContaining("boom") } }]);
    expect(lines.at(-1)).toMatchObject({ msg: "stopped" });
    // What SQLite has beside a database that was not closed.
    expect(await readdir(join(folder.path, "data"))).toEqual(["chatnest.db"]);
  });

  it("does not fill the log when the error comes again and again", async () => {
    await using folder = await newFolder();
    const env = onUsr2("setInterval(() => { throw new Error('boom') }, 1)");
    await using server = await startServer({ cwd: folder.path, env });
    using connection = await openRawConnection(server.port);
    connection.write(sending.slice(0, -20));
    await fetch(`${server.url}/livez`);
    server.process.kill("SIGUSR2");
    await server.untilPrinted(stopping);
    connection.write(sending.slice(-20));
    await connection.untilRead(/"seq":1\}/);
    const { code, stdout } = await server.ended;
    expect(code).toBe(1);
    expect(stdout.match(/"level":"fatal"/g)).toHaveLength(10);
  });
});

/** Lets a server run code when it gets the signal SIGUSR2, as a bug would. */
function onUsr2(code: string): Record<string, string> {
  const script = `process.on("SIGUSR2", () => { ${code} })`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

describe("a server that is killed", () => {
  it("has all that it acknowledged when it starts again", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    const { acknowledged } = await sendUntilGone(server, (count) => {
      if (count === 300) server.process.kill("SIGKILL");
    });
    expect(await server.ended).toMatchObject({ signal: "SIGKILL" });
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    await using next = await startServer({ cwd: folder.path });
    const stored = await readSentIds(next);
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
    expect(new Set(stored).size).toBe(stored.length);
    // At most the one that each sender was waiting for.
    expect(stored.length - acknowledged.length).toBeLessThanOrEqual(8);
  });
});
