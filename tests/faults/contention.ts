import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChatNest } from "../support/chatnest-process.ts";
import type { Cluster } from "./cluster.ts";
import { printLine } from "./fault.ts";
import { Ledger, type Sent } from "./ledger.ts";
import { judge, readSameHistory } from "./oracle.ts";
import { send } from "./send.ts";

const sendersPerServer = 5;
const messagesPerSender = 40;

/** Lets four processes write the same conversation. */
export function describeContention(clusterOf: () => Cluster): void {
  describe("while four processes write one conversation", () => {
    const further = new AsyncDisposableStack();
    let urls: string[];
    beforeAll(async () => {
      const cluster = clusterOf();
      urls = [...cluster.urls];
      for (const server of await Promise.all([
        startChatNest(cluster.uri),
        startChatNest(cluster.uri),
      ])) {
        urls.push(further.use(server).url);
      }
    });
    afterAll(() => further.disposeAsync());

    it("it stays dense, without a double, in each sender's own order", async () => {
      const conversation = `contended-${randomUUID()}`;
      const ledger = new Ledger();
      const writers = urls.flatMap((url, server) =>
        Array.from({ length: sendersPerServer }, (_, n) => ({
          url,
          name: `sender-${server}-${n}`,
        })),
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
      const history = await readSameHistory(urls, conversation);
      const verdict = judge(new Map([[conversation, history]]), ledger);
      printLine("4 processes, one conversation", ledger, verdict);
      expect(ledger.wrongs).toEqual([]);
      expect(history).toHaveLength(writers.length * messagesPerSender);
      const expected = Array.from({ length: messagesPerSender }, (_, index) => `${index + 1}`);
      for (const messages of Map.groupBy(history, ({ user_id }) => user_id).values()) {
        expect(messages.map(({ content }) => content)).toEqual(expected);
      }
      const stored = new Map(history.map((message) => [message.id, message]));
      for (const [id, message] of ledger.acknowledged) expect(stored.get(id)).toEqual(message);
      expect(verdict).toEqual({ lost: [], doubled: [] });
    });

    it("the same message sent through all of them at once is stored once", async () => {
      const conversation = `repeated-${randomUUID()}`;
      const ledger = new Ledger();
      ledger.begin("alice");
      for (let n = 1; n <= 30; n++) {
        const sent = newMessage(conversation, "alice", n);
        await Promise.all(urls.map((url) => sendUntilKnown([url], sent, ledger)));
      }
      const history = await readSameHistory(urls, conversation);
      const verdict = judge(new Map([[conversation, history]]), ledger);
      printLine("4 processes, the same messages", ledger, verdict);
      expect(ledger.wrongs).toEqual([]);
      expect(verdict).toEqual({ lost: [], doubled: [] });
      expect(history.map(({ content }) => Number(content))).toEqual(
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
    });
  });
}

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
