import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import { apiKey, claim, secret } from "./good-token.ts";
import { startGuarded } from "./guarded.ts";

const pairs = 2_000;
const rooms = 100;
const splits = 200;

/** What is asked of a conversation; `body` makes it a POST. */
interface Question {
  path: string;
  body?: object;
}

const questions: Question[] = [
  { path: "/conversations/by-id/ID" },
  { path: "/messages/ID?limit=1" },
  { path: "/messages/ID/1" },
  { path: "/messages/", body: { content: "x", conversation_id: "ID" } },
];

const headers = {
  authorization: `Bearer ${claim({ sub: "stranger" })}`,
  "content-type": "application/json",
};

/** Asks over the agent's one connection, and tells how long the answer took, in microseconds. */
async function timeOf(agent: Agent, url: string, { path, body }: Question): Promise<number> {
  const method = body ? "POST" : "GET";
  const asked = request(url + path, { agent, method, headers });
  const startedAt = performance.now();
  asked.end(body && JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  const tookUs = (performance.now() - startedAt) * 1_000;
  expect(response.statusCode).toBe(404);
  return tookUs;
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

/** How far the medians of two halves of the same times lie apart, at the most of many random halvings. */
function noiseOf(times: readonly number[]): number {
  const apart = Array.from({ length: splits }, () => {
    const halves: [number[], number[]] = [[], []];
    for (const time of times) halves[Math.random() < 0.5 ? 0 : 1].push(time);
    return Math.abs(medianOf(halves[0]) - medianOf(halves[1]));
  });
  return Math.max(...apart);
}

it.each(questions)(
  "a conversation of others and none take the same time: $path",
  async (question) => {
    await using server = await startGuarded({ apiKeys: [apiKey], tokens: { key: { secret } } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ids = Array.from({ length: rooms }, () => randomUUID());
    for (const id of ids) await server.store.conversations.create({ id, user_ids: ["member"] });
    const ask = (id = "") =>
      timeOf(agent, server.url, JSON.parse(JSON.stringify(question).replace("ID", id)));
    for (const id of ids) await Promise.all([ask(id), ask(randomUUID())]);

    const [there, none]: [number[], number[]] = [[], []];
    for (let index = 0; index < pairs; index++) {
      // Each goes first as often as the other.
      if (index % 2 === 0) there.push(await ask(ids[index % rooms]));
      none.push(await ask(randomUUID()));
      if (index % 2 === 1) there.push(await ask(ids[index % rooms]));
    }
    agent.destroy();
    const apart = Math.abs(medianOf(there) - medianOf(none));
    const noise = Math.max(noiseOf(there), noiseOf(none));
    const told = `${pairs} pairs, medians ${medianOf(there).toFixed(1)} and ${medianOf(none).toFixed(1)} us, noise ${noise.toFixed(1)} us`;
    process.stdout.write(`TIMING of 404s at ${question.path}: ${told}\n`);
    expect(apart, told).toBeLessThan(1.5 * noise);
  },
  60_000,
);
