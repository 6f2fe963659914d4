import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePorts } from "../support/free-port.ts";
import { type MongoDeployment, startStandalone } from "../support/mongod.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";
import { RunningCommand, type RunningServer, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

let mongod: MongoDeployment;
let mongodPort = 0;

beforeAll(async () => {
  mongod = await startStandalone();
  mongodPort = mongod.members[0]?.port ?? 0;
});
afterAll(() => mongod[Symbol.asyncDispose]());

describe("a server on MongoDB", () => {
  it("listens although MongoDB is away, says so at each try, and serves as soon as it is there", async () => {
    await using folder = await newFolder();
    const [port = 0] = await findFreePorts(1);
    await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: toUri(port) } });
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await send(server)).status).toBe(503);
    await server.untilPrinted(/"reason":"cannot reach MongoDB: .+trying again"/);

    await using _proxy = await openTcpProxy(port, mongodPort);
    const isReady = async () => (await fetch(`${server.url}/readyz`)).ok;
    await until(isReady, { timeoutMs: 15_000, what: "the server is ready" });
    expect((await send(server)).status).toBe(201);
    expect(server.stdout).toContain('"msg":"connected to the store"');
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  }, 40_000);

  it("can be stopped while MongoDB is away", async () => {
    await using folder = await newFolder();
    const [port = 0] = await findFreePorts(1);
    await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: toUri(port) } });
    const startedAt = performance.now();
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });

  it("names hosts and database at its start, and no password", async () => {
    await using folder = await newFolder();
    const [port = 0] = await findFreePorts(1);
    const uri = `mongodb://ada:geheim@127.0.0.1:${port}/talk?directConnection=true`;
    await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: uri } });
    await server.untilPrinted(/trying again/);
    const { stdout, stderr } = await server.stop();
    expect(stdout).toContain(`"store":"MongoDB 127.0.0.1:${port}/talk"`);
    expect(stdout + stderr).not.toContain("geheim");
  });

  it("ends in one line when MongoDB does not know its user", async () => {
    await using folder = await newFolder();
    const uri = `mongodb://ada:geheim@127.0.0.1:${mongodPort}/talk?directConnection=true`;
    await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: uri } });
    const { code, stderr, stdout } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^chatnest: .+refuses the user or password.+\n$/);
    expect(stdout + stderr).not.toContain("geheim");
  });

  it("ends in one line when a newer version made the database", async () => {
    await using folder = await newFolder();
    const uri = toUri(mongodPort);
    const env = { MONGODB_URI: uri };
    await using server = await startServer({ cwd: folder.path, env });
    await untilReady(server);
    await server.stop();
    await using client = new MongoClient(uri);
    await client
      .db()
      .collection("chat_meta")
      .updateMany({}, { $set: { value: 999 } });
    await using next = await startServer({ cwd: folder.path, env });
    const { code, stderr } = await next.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^chatnest: .+999.+newer.+\n$/);
  });

  it("leaves the former service's collections alone, and says how to import them", async () => {
    await using folder = await newFolder();
    const uri = toUri(mongodPort);
    await using client = new MongoClient(uri);
    await client.db().collection("messages").insertOne({ content: "old" });
    await using server = await startServer({ cwd: folder.path, env: { MONGODB_URI: uri } });
    const [line] = await server.untilPrinted(/.*former service.*chatnest import.*\n/);
    expect(JSON.parse(line)).toMatchObject({ collections: ["messages"] });
    expect(await client.db().collection("messages").countDocuments()).toBe(1);
  });

  it("is waited for by an import, which says so at each try", async () => {
    await using folder = await newFolder();
    const [port = 0] = await findFreePorts(1);
    await using command = new RunningCommand(["import", "-"], {
      cwd: folder.path,
      env: { MONGODB_URI: toUri(port) },
      input: '{"user_id":"ann","content":"hi"}',
    });
    await command.untilPrinted(/^cannot reach MongoDB: .+\n/);
    await using _proxy = await openTcpProxy(port, mongodPort);
    const { code, stdout } = await command.ended;
    expect(code).toBe(0);
    expect(stdout).toContain("1 stored");
  }, 40_000);
});

function toUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/test-${randomUUID()}?directConnection=true`;
}

function send(server: RunningServer): Promise<Response> {
  const body = JSON.stringify({ user_id: "ann", content: "hi", conversation_id: "tea" });
  const headers = { "content-type": "application/json" };
  return fetch(`${server.url}/messages/`, { method: "POST", headers, body });
}

async function untilReady(server: RunningServer): Promise<void> {
  const isReady = async () => (await fetch(`${server.url}/readyz`)).ok;
  await until(isReady, { timeoutMs: 10_000, what: "the server is ready" });
}
