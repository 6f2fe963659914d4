import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";
import { type RunningServer, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";
import { openRawConnection, toSendRequest } from "./raw-connection.ts";
import { readSentIds, sendUntilGone } from "./senders.ts";

const json = { "content-type": "application/json" };

/** A server of two processes on a database of its own. */
async function startTwo(env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await newFolder());
  const [{ uri } = { uri: "" }] = inject("mongoDeployments");
  const name = `test-${randomUUID()}`;
  const client = stack.adopt(new MongoClient(uri), (one) => one.close());
  stack.defer(async () => void (await client.db(name).dropDatabase()));
  const MONGODB_URI = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
  const settings = { MONGODB_URI, CHATNEST_PROCESSES: "2", CHATNEST_RATE_LIMIT: "0", ...env };
  const options = { cwd: folder.path, env: settings };
  const server = stack.use(await startServer(options));
  await server.untilPrinted(/"msg":"all processes are listening"/);
  await untilReady(server);
  const owned = stack.move();
  return { server, options, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Waits until all processes are ready, which answer in turn. */
async function untilReady({ url }: RunningServer): Promise<void> {
  const isReady = async () =>
    (await fetch(`${url}/readyz`, { headers: { connection: "close" } })).ok;
  await until(async () => (await isReady()) && (await isReady()) && (await isReady()), {
    timeoutMs: 15_000,
    what: "the server is ready",
  });
}

/** The ids of the processes that a process has started and that run. */
async function childrenOf({ process: { pid } }: RunningServer): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "latin1");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Sends over a connection of its own, so that the next process in turn answers. */
async function send(server: RunningServer, content: string): Promise<number> {
  const body = JSON.stringify({ user_id: "ann", content, conversation_id: "tea" });
  const headers = { ...json, connection: "close" };
  const answer = await fetch(`${server.url}/messages/`, { method: "POST", headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

function linesOf(
  server: RunningServer,
): { process?: number; msg: string; [name: string]: unknown }[] {
  return server.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("a server of two processes", () => {
  it("answers on one port from both, and each line of the log says from which", async () => {
    await using two = await startTwo();
    const { server } = two;
    for (let count = 0; count < 8; count++) expect(await send(server, "hi")).toBe(201);
    const requests = linesOf(server).filter(
      ({ msg, path }) => msg === "request" && path === "/messages",
    );
    expect(requests).toHaveLength(8);
    expect(new Set(requests.map(({ process: number }) => number))).toEqual(new Set([1, 2]));
    const starts = linesOf(server).filter(({ msg }) => msg.startsWith("ChatNest is listening"));
    expect(starts).toMatchObject([{ processes: 2, shared: true, process: 1 }]);
    const { code, stderr } = await server.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(linesOf(server).filter(({ msg }) => msg === "stopped")).toHaveLength(2);
    expect(linesOf(server).at(-1)).toMatchObject({ msg: "all processes stopped" });
  });

  it("delivers live what any of them stores, over REST and tRPC", async () => {
    await using two = await startTwo();
    const { server } = two;
    const input = encodeURIComponent(JSON.stringify({ conversation_id: "tea" }));
    const paths = ["/messages/tea/events", `/trpc/live.conversation?input=${input}`];
    await using stack = new AsyncDisposableStack();
    const readers: SseReader[] = [];
    // Connections go to the processes in turn, so that every path is served by each.
    for (const path of [...paths, "/livez", ...paths]) {
      if (path === "/livez") await fetch(server.url + path, { headers: { connection: "close" } });
      else readers.push(stack.use(await SseReader.open(server.url + path)));
    }
    for (let count = 1; count <= 4; count++) expect(await send(server, `m${count}`)).toBe(201);
    for (const reader of readers) {
      await expect
        .poll(() => JSON.stringify(reader.events.map(({ data }) => data)))
        .toMatch(/m1.*m2.*m3.*m4/);
    }
  });

  it("answers all that it was asked when it is told to stop, and keeps all that it acknowledged", async () => {
    await using two = await startTwo();
    const { server, options } = two;
    const { acknowledged, failures } = await sendUntilGone(server, (count) => {
      if (count === 200) server.process.kill("SIGTERM");
    });
    expect(new Set(failures)).toEqual(new Set(["ECONNREFUSED"]));
    expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    await using next = await startServer(options);
    await untilReady(next);
    expect((await readSentIds(next)).sort()).toEqual(acknowledged.sort());
  }, 60_000);

  it("replaces one that is killed, and serves meanwhile", async () => {
    await using two = await startTwo();
    const { server } = two;
    const [first = 0, second = 0] = await childrenOf(server);
    process.kill(first, "SIGKILL");
    await server.untilPrinted(/"signal":"SIGKILL".+a process ended: another one starts/);
    for (let count = 0; count < 4; count++) expect(await send(server, "hi")).toBe(201);
    await expect.poll(() => childrenOf(server)).toHaveLength(2);
    expect(await childrenOf(server)).toContain(second);
    await expect
      .poll(async () => {
        await send(server, "hi");
        return linesOf(server).some(
          ({ process: number, msg }) => number === 3 && msg === "request",
        );
      })
      .toBe(true);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  }, 40_000);

  it("replaces one that meets an unexpected error, after it has answered what it was asked", async () => {
    const bug = `process.on("SIGUSR2", () => { throw new Error("boom"); })`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(bug)}`;
    await using two = await startTwo({ NODE_OPTIONS });
    const { server } = two;
    const half = toSendRequest({ user_id: "ann", content: "hi", conversation_id: "tea" });
    using connection = await openRawConnection(server.port);
    using other = await openRawConnection(server.port);
    for (const each of [connection, other]) each.write(half.slice(0, -20));
    await fetch(`${server.url}/livez`);
    for (const pid of await childrenOf(server)) process.kill(pid, "SIGUSR2");
    await server.untilPrinted(/"level":"fatal","time":"[^"]+","process":\d.+boom/);
    for (const each of [connection, other]) {
      each.write(half.slice(-20));
      expect(await each.untilRead(/"seq":\d\}/)).toMatch(/^HTTP\/1\.1 201 /);
    }
    await server.untilPrinted(/(?:"code":1.+another one starts[\s\S]+){2}/);
    await expect.poll(() => childrenOf(server)).toHaveLength(2);
    await untilReady(server);
    expect(await send(server, "hi")).toBe(201);
    expect(await server.stop()).toMatchObject({ code: 0 });
  }, 40_000);

  it("ends at once when it is told to stop again, with all its processes", async () => {
    await using two = await startTwo();
    const { server } = two;
    using connection = await openRawConnection(server.port);
    connection.write(toSendRequest({ user_id: "ann", content: "hi" }).slice(0, -20));
    await fetch(`${server.url}/livez`);
    const pids = await childrenOf(server);
    server.process.kill("SIGTERM");
    await server.untilPrinted(/"msg":"stopping all processes"/);
    // Long enough for npm's echo of the first signal to be over.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(server.process.exitCode).toBe(null);
    expect(await server.stop()).toMatchObject({ code: 1, signal: null });
    await expect.poll(() => pids.some(isRunning)).toBe(false);
  });

  it("leaves no process behind when its first process is killed, and answers what was asked", async () => {
    await using two = await startTwo();
    const { server } = two;
    const request = toSendRequest({ user_id: "ann", content: "hi", conversation_id: "tea" });
    using connection = await openRawConnection(server.port);
    connection.write(request.slice(0, -20));
    await fetch(`${server.url}/livez`);
    const pids = await childrenOf(server);
    expect(pids).toHaveLength(2);
    server.process.kill("SIGKILL");
    await server.untilPrinted(/"signal":"the primary process is gone"/);
    connection.write(request.slice(-20));
    expect(await connection.untilRead(/"seq":\d\}/)).toMatch(/^HTTP\/1\.1 201 /);
    await expect.poll(() => pids.some(isRunning)).toBe(false);
  });

  it("leaves no process behind when the first is killed while another one starts", async () => {
    await using folder = await newFolder();
    // Nobody answers there, so the second process waits for the store.
    await using silent = createServer((socket) => socket.on("error", () => {}).resume());
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const MONGODB_URI = `mongodb://127.0.0.1:${port}/none?directConnection=true`;
    const env = { MONGODB_URI, CHATNEST_PROCESSES: "2" };
    await using server = await startServer({ cwd: folder.path, env });
    await expect.poll(() => childrenOf(server)).toHaveLength(2);
    const pids = await childrenOf(server);
    server.process.kill("SIGKILL");
    await expect.poll(() => pids.some(isRunning)).toBe(false);
  }, 40_000);

  it("gives up with exit code 1 when its processes end again and again", async () => {
    const bug = `import cluster from "node:cluster";
      const { worker } = cluster;
      if (worker) setTimeout(() => process.exit(3), worker.id > 2 ? 10 : 3000);`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(bug)}`;
    await using two = await startTwo({ NODE_OPTIONS });
    const { code, stdout } = await two.server.ended;
    expect(code).toBe(1);
    expect(stdout.match(/another one starts in \d+ ms/g)).toHaveLength(8);
    expect(stdout).toMatch(/"code":3.+another one would end as well: stopping/);
  }, 60_000);
});
