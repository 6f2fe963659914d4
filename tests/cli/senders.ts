import { Agent, request } from "node:http";
import type { RunningServer } from "./chatnest.ts";

/** What came of many sends over kept connections. */
export interface Sent {
  /** The ids of the messages that the server said it stored, each conversation in the order they were sent. */
  acknowledged: string[];
  /** Why the others failed. */
  failures: string[];
}

const senderCount = 8;

/**
 * Sends messages over kept connections, one after the other on each, until the server is gone.
 * @param onAcknowledged is told how many were acknowledged so far.
 */
export async function sendUntilGone(
  server: RunningServer,
  onAcknowledged: (count: number) => void,
): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: senderCount });
  const sent: Sent = { acknowledged: [], failures: [] };
  async function sendAll(sender: number): Promise<void> {
    for (let count = 0; ; count++) {
      const id = `message-${sender}-${count}`;
      const message = {
        id,
        user_id: `user-${sender}`,
        content: id,
        conversation_id: `room-${sender}`,
      };
      try {
        const status = await post(server, agent, JSON.stringify(message));
        if (status !== 201) throw new Error(`status ${status}`);
        sent.acknowledged.push(id);
        onAcknowledged(sent.acknowledged.length);
      } catch (error) {
        sent.failures.push(reasonOf(error));
        return;
      }
    }
  }
  await Promise.all(Array.from({ length: senderCount }, (_, sender) => sendAll(sender)));
  agent.destroy();
  return sent;
}

/** Reads back the ids of all that was sent. */
export async function readSentIds(server: RunningServer): Promise<string[]> {
  const ids: string[] = [];
  for (let sender = 0; sender < senderCount; sender++) {
    const answer = await fetch(`${server.url}/messages/room-${sender}`);
    for (const { id } of (await answer.json()) as { id: string }[]) ids.push(id);
  }
  return ids;
}

function post(server: RunningServer, agent: Agent, body: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { "content-type": "application/json" };
  const options = { host: "127.0.0.1", port: server.port, path: "/messages/", method: "POST" };
  const sending = request({ ...options, agent, headers }, (answer) => {
    answer
      .resume()
      .once("end", () => resolve(answer.statusCode))
      .once("error", reject);
  });
  sending
    .once("error", (error) => reject(sending.reusedSocket ? error : toUnheard(error)))
    .end(body);
  return promise;
}

/** A new connection is reset when the server stops listening before it takes it: nothing that came over it was read. */
function toUnheard(error: Error): Error {
  const isReset = "code" in error && error.code === "ECONNRESET";
  return isReset ? Object.assign(new Error("not taken"), { code: "ECONNREFUSED" }) : error;
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
