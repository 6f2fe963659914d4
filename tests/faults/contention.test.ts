import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { printLine } from "./fault.ts";
import { Ledger, type Sent } from "./ledger.ts";
import { readSameHistory } from "./oracle.ts";
import { send } from "./send.ts";

const sendersPerServer = 5;
const messagesPerSender = 40;

describe("while four processes write one conversation", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ serverCount: 4 });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("it stays dense, without a double, in each sender's own order", async () => {
    const conversation = `contended-${randomUUID()}`;
    const ledger = new Ledger();
    const writers = cluster.urls.flatMap((url, server) =>
      Array.from({ length: sendersPerServer }, (_, n) => ({ url, name: `sender-${server}-${n}` })),
    );
    await Promise.all(
      writers.map(async ({ url, name }) => {
        ledger.begin(name);
        for (let n = 1; n <= messagesPerSender; n++) {
          const sent = newMessage(conversation, name, n);
          await sendUntilKnown([url], sent, ledger);
        }
      }),
    );
    const history = await readSameHistory(cluster.urls, conversation);
    expect(ledger.wrongs).toEqual([]);
    expect(history).toHaveLength(writers.length * messagesPerSender);
    const expected = Array.from({ length: messagesPerSender }, (_, index) => `${index + 1}`);
    for (const messages of Map.groupBy(history, ({ user_id }) => user_id).values()) {
      expect(messages.map(({ content }) => content)).toEqual(expected);
    }
    const stored = new Map(history.map((message) => [message.id, message]));
    for (const [id, message] of ledger.acknowledged) expect(stored.get(id)).toEqual(message);
    printLine("4 processes, one conversation", ledger, { lost: [], doubled: [] });
  });

  it("the same message sent through all of them at once is stored once", async () => {
    const conversation = `repeated-${randomUUID()}`;
    const ledger = new Ledger();
    ledger.begin("alice");
    for (let n = 1; n <= 30; n++) {
      const sent = newMessage(conversation, "alice", n);
      await Promise.all(cluster.urls.map((url) => sendUntilKnown([url], sent, ledger)));
    }
    const history = await readSameHistory(cluster.urls, conversation);
    expect(ledger.wrongs).toEqual([]);
    expect(history.map(({ content }) => Number(content))).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    printLine("4 processes, the same messages", ledger, { lost: [], doubled: [] });
  });
});

async function sendUntilKnown(urls: readonly string[], sent: Sent, ledger: Ledger): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const start = performance.now();
    const answer = await send(urls[tries % urls.length] ?? "", sent);
    ledger.record(sent.user_id, sent, { answer, ms: performance.now() - start });
    if (answer.kind !== "unknown") return;
  }
}

function newMessage(conversation_id: string, user_id: string, n: number): Sent {
  return { id: randomUUID(), user_id, content: `${n}`, conversation_id };
}
