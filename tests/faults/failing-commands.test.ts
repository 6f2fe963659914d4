import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChatNest } from "../support/chatnest-process.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { runFault } from "./fault.ts";
import { requestMsMax } from "./ledger.ts";
import { send } from "./send.ts";

const lateMajority = { code: 64, codeName: "WriteConcernFailed", errmsg: "injected" };

describe("while commands fail", () => {
  let cluster: Cluster;
  let database: string;
  beforeAll(async () => {
    cluster = await startCluster();
    database = new URL(cluster.uri.replace(/,[^/]*/, "")).pathname.slice(1);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it.each([
    { name: "connections closed on insert", data: { closeConnection: true } },
    {
      name: "write concern errors on insert",
      data: { writeConcernError: lateMajority },
    },
    {
      name: "write concern errors of a step-down on insert",
      data: {
        writeConcernError: { code: 189, codeName: "PrimarySteppedDown", errmsg: "injected" },
      },
    },
    { name: "interrupted inserts", data: { errorCode: 11602 } },
    { name: "inserts on no primary", data: { errorCode: 10107 } },
  ])("nothing is lost: $name", async ({ name, data }) => {
    await runFault(cluster, {
      name,
      async happen({ set }) {
        const namespace = `${database}.chat_messages`;
        // Some fail and some do not, so that groups of both kinds are in flight.
        const mode = { activationProbability: 0.3 };
        await set.failCommand({ failCommands: ["insert"], namespace, ...data }, mode);
        await delay(2_000);
      },
    });
  });

  it("answers stay bounded when commands block and the pool is small", async () => {
    await using server = await startChatNest(`${cluster.uri}&maxPoolSize=2`);
    const sendAll = () =>
      Promise.all(Array.from({ length: 40 }, (_, n) => timed(sendOnce(server.url, n))));
    const failCommands = ["insert", "find", "aggregate"];
    // Longer than the store waits for an answer.
    await cluster.set.failCommand({ failCommands, blockConnection: true, blockTimeMS: 9_000 });
    const readPaths = ["messages/blocked", "messages/blocked?limit=10", "conversations/alice"];
    const [sends, reads, readsOfSmallPool] = await Promise.all([
      sendAll(),
      Promise.all(readPaths.map((path) => timed(fetch(`${cluster.urls[0]}/${path}`)))),
      Promise.all(readPaths.map((path) => timed(fetch(`${server.url}/${path}`)))),
    ]);
    await cluster.set.heal();

    const longest = Math.max(...[...sends, ...reads, ...readsOfSmallPool].map(({ ms }) => ms));
    const refused = sends.filter(({ kind }) => kind === "unknown").length;
    const summary = `sends tried 40, acknowledged ${40 - refused}, unknown ${refused}`;
    process.stdout.write(
      `FAULT commands block, small pool: ${summary}, longest request ${Math.round(longest)} ms\n`,
    );
    expect(sends.filter(({ kind }) => kind === "wrong")).toEqual([]);
    expect([...reads, ...readsOfSmallPool].map(({ status }) => status)).toEqual(
      [...readPaths, ...readPaths].map(() => 503),
    );
    expect(longest).toBeLessThan(requestMsMax);
    const again = await sendAll();
    expect(again.map(({ kind }) => kind)).toEqual(again.map(() => "acknowledged"));
  });

  it("a slow query ends with 503, and the next one is answered", async () => {
    const url = `${cluster.urls[0]}/messages/slow-query?limit=10`;
    expect((await fetch(url)).status).toBe(200);
    const { mongod } = await cluster.set.primary();
    const failPoint = { configureFailPoint: "maxTimeAlwaysTimeOut" };
    await mongod.command({ ...failPoint, mode: "alwaysOn" });
    const refused = await fetch(url);
    await mongod.command({ ...failPoint, mode: "off" });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await fetch(url)).status).toBe(200);
  });

  it.each([
    { name: "its cursor is lost", data: { errorCode: 43 } },
    { name: "its connection is closed", data: { closeConnection: true } },
  ])("a page that is read in parts ends with 503 when $name", async ({ data }) => {
    const [url = ""] = cluster.urls;
    const conversation_id = `long-${Object.keys(data).join()}`;
    // More than the 16 MB that MongoDB gives in one answer.
    const content = "\u{1f426}".repeat(16_384);
    await Promise.all(
      Array.from({ length: 280 }, async (_, n) => {
        const message = { id: `message-${n}`, user_id: "alice", content, conversation_id };
        expect(await send(url, message)).toMatchObject({ kind: "acknowledged" });
      }),
    );
    const namespace = `${database}.chat_messages`;
    await cluster.set.failCommand({ failCommands: ["getMore"], namespace, ...data });
    const { status } = await fetch(`${url}/messages/${conversation_id}?limit=1000`);
    await cluster.set.heal();
    expect(status).toBe(503);
  });

  it.each([
    { name: "closed connections", data: { closeConnection: true } },
    { name: "write concern time-outs", data: { writeConcernError: lateMajority } },
  ])(
    "while every write fails, each path answers 503, and its repeat succeeds: $name",
    async ({ data }) => {
      const room = `room-${Object.keys(data).join()}`;
      await post("/conversations/", { id: room, user_ids: ["alice"] });
      const message = { id: "message-1", user_id: "alice", content: "hello" };
      const requests = () =>
        Promise.all([
          post("/messages/", { ...message, conversation_id: `new-${room}` }),
          post("/messages/", { ...message, user_id: room }),
          post("/conversations/", { id: `created-${room}`, user_ids: ["alice", "bob"] }),
          post(`/conversations/${room}/members`, { user_id: "bob" }),
        ]);
      await cluster.set.failCommand({ failCommands: ["insert", "update", "delete"], ...data });
      const refused = await requests();
      await cluster.set.heal();
      const complaints = cluster.servers[0]?.complaints.slice(-4).join("\n");
      // What was stored though its answer was an error is found again by its id, and acknowledged.
      for (const status of refused) expect([201, 503], complaints).toContain(status);
      expect(refused).toContain(503);
      for (const status of await requests()) expect([200, 201]).toContain(status);
    },
  );

  async function post(path: string, body: object): Promise<number> {
    const { status } = await fetch(`${cluster.urls[0]}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return status;
  }
});

function sendOnce(url: string, n: number) {
  const conversation_id = `small-pool-${n}`;
  return send(url, { id: conversation_id, user_id: "alice", content: "hello", conversation_id });
}

async function timed<TAnswer extends object>(answer: Promise<TAnswer>) {
  const start = performance.now();
  const { status, kind } = (await answer) as { status?: number; kind?: string };
  return { status, kind, ms: performance.now() - start };
}
