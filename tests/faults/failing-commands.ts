import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "@chatnest/db";
import { beforeAll, describe, expect, it } from "vitest";
import { startChatNest } from "../support/chatnest-process.ts";
import type { Cluster } from "./cluster.ts";
import { printLine, runFault } from "./fault.ts";
import { Ledger } from "./ledger.ts";
import { judge, readSameHistory } from "./oracle.ts";
import { send } from "./send.ts";

const lateMajority = { code: 64, codeName: "WriteConcernFailed", errmsg: "injected" };

/** Makes commands fail inside MongoDB. */
export function describeFailingCommands(clusterOf: () => Cluster): void {
  describe("while commands fail", () => {
    let cluster: Cluster;
    beforeAll(() => {
      cluster = clusterOf();
    });

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
          const namespace = `${cluster.database}.chat_messages`;
          // Some fail and some do not, so that groups of both kinds are in flight.
          const mode = { activationProbability: 0.3 };
          await set.failCommand({ failCommands: ["insert"], namespace, ...data }, mode);
          await delay(2_000);
        },
      });
    });

    it("answers stay bounded when commands block and the pool is small", async () => {
      await using server = await startChatNest(`${cluster.uri}&maxPoolSize=2`);
      const ledger = new Ledger();
      const conversations = Array.from({ length: 40 }, (_, n) => `small-pool-${n}`);
      async function sendOnce(conversation_id: string): Promise<void> {
        const sent = { id: conversation_id, user_id: "alice", content: "hello", conversation_id };
        const start = performance.now();
        const answer = await send(server.url, sent);
        ledger.record(conversation_id, sent, { answer, ms: performance.now() - start });
      }
      const failCommands = ["insert", "find", "aggregate"];
      const readPaths = ["messages/blocked", "messages/blocked?limit=10", "conversations/alice"];
      const readUrls = [cluster.urls[0], server.url].flatMap((url) =>
        readPaths.map((path) => `${url}/${path}`),
      );
      // Longer than the store waits for an answer.
      const block = { blockConnection: true, blockTimeMS: 6_000 };
      await cluster.set.failCommand({ failCommands, ...block });
      for (const conversation of conversations) ledger.begin(conversation);
      const [statuses] = await Promise.all([
        Promise.all(readUrls.map((url) => statusOf(url, ledger))),
        Promise.all(conversations.map(sendOnce)),
      ]);
      await cluster.set.heal();
      expect(statuses).toEqual(readUrls.map(() => 503));

      // Whatever became of the first tries, the repeats are answered with one stored message each.
      await Promise.all(conversations.map(sendOnce));
      const histories = new Map<string, Message[]>();
      for (const conversation of conversations) {
        histories.set(conversation, await readSameHistory(cluster.urls, conversation));
      }
      const verdict = judge(histories, ledger);
      printLine("commands block for 13 s, pool of 2", ledger, verdict);
      expect(ledger.wrongs).toEqual([]);
      expect(verdict).toEqual({ lost: [], doubled: [] });
      expect(ledger.acknowledged.size).toBe(conversations.length);
      expect([...histories.values()].map(({ length }) => length)).toEqual(
        conversations.map(() => 1),
      );
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
      { name: "takes too long", data: { errorCode: 50 } },
      { name: "loses its connections", data: { closeConnection: true } },
    ])("a page that is read in parts ends with 503 when a later part $name", async ({ data }) => {
      const [url = ""] = cluster.urls;
      const conversation_id = `long-${Object.keys(data).join()}`;
      await Promise.all(
        Array.from({ length: 600 }, async (_, n) => {
          const message = { id: `message-${n}`, user_id: "alice", content: "x", conversation_id };
          expect(await send(url, message)).toMatchObject({ kind: "acknowledged" });
        }),
      );
      const page = `${url}/messages/${conversation_id}?limit=600&after=0`;
      const namespace = `${cluster.database}.chat_messages`;
      await cluster.set.failCommand({ failCommands: ["find"], namespace, ...data }, { skip: 2 });
      const { status } = await fetch(page);
      await cluster.set.heal();
      expect(status).toBe(503);
      expect(await (await fetch(page)).json()).toHaveLength(600);
    });

    it.each([
      // A send to a new conversation is tried for as long as the store tries: once is enough.
      { name: "closed connections", data: { closeConnection: true }, begun: ["begun-1"] },
      { name: "write concern time-outs", data: { writeConcernError: lateMajority }, begun: [] },
    ])(
      "while every write fails, a path that writes answers 503, and its repeat succeeds: $name",
      async ({ data, begun }) => {
        const room = `room-${Object.keys(data).join()}`;
        await post("/conversations/", { id: room, user_ids: ["alice"] });
        const requests = () =>
          Promise.all([
            ...begun.map((conversation_id) => {
              const message = { id: "message-1", user_id: "alice", content: "hello" };
              return post("/messages/", { ...message, conversation_id });
            }),
            post("/messages/", { id: "message-1", user_id: room, content: "a note" }),
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
}

async function statusOf(url: string, ledger: Ledger): Promise<number> {
  const start = performance.now();
  const { status } = await fetch(url);
  const ms = performance.now() - start;
  ledger.timed(ms, `a request was answered after ${Math.round(ms)} ms`);
  return status;
}
