import { randomUUID } from "node:crypto";
import { openMongoStore, readHead } from "@chatnest/db";
import { expect, it } from "vitest";
import { append } from "../support/append.ts";
import { type MongoDeployment, startStandalone } from "../support/mongod.ts";
import { until } from "../support/until.ts";
import { type RunningServer, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

// What closing takes at most by itself, and what a busy machine may add.
const closeMsMax = 5_000 + 3_000;
const stopMsMax = 7_000 + 3_000;

it("a store on a MongoDB that falls silent for ever closes in time, and answers every send", async () => {
  await using mongod = await startStandalone();
  const store = openMongoStore({ uri: toUri(mongod) });
  await store.ready;
  const send = (content: string) => {
    const message = { id: randomUUID(), user_id: "ann", content, conversation_id: "tea" };
    return append(store, message);
  };
  await send("before");
  silence(mongod);
  const sends = [send("first")];
  // Until the first one is on its way, so that the others wait behind it.
  await new Promise((resolve) => setTimeout(resolve, 500));
  sends.push(send("second"), send("third"));
  const reading = readHead(store.log, "c:tea");
  const outcomes = Promise.allSettled([...sends, reading]);
  const startedAt = performance.now();
  await store.close();
  expect(performance.now() - startedAt).toBeLessThan(closeMsMax);
  expect(await outcomes).toMatchObject([
    { status: "rejected", reason: { code: "unavailable" } },
    { status: "rejected", reason: { code: "closed" } },
    { status: "rejected", reason: { code: "closed" } },
    { status: "rejected", reason: { code: "unavailable" } },
  ]);
}, 40_000);

it("a server on a MongoDB that falls silent for ever ends soon after its grace period", async () => {
  await using mongod = await startStandalone();
  await using folder = await newFolder();
  const env = { MONGODB_URI: toUri(mongod), CHATNEST_SHUTDOWN_GRACE_S: "1" };
  await using server = await startServer({ cwd: folder.path, env });
  const isStored = async () => (await send(server)).status === 201;
  await until(isStored, { timeoutMs: 15_000, what: "a message is stored" });
  silence(mongod);
  const sends = Promise.allSettled(Array.from({ length: 10 }, () => send(server)));
  // They have come before the signal: another request has come after them.
  await fetch(`${server.url}/livez`);
  const startedAt = performance.now();
  const { code, stdout, stderr } = await server.stop();
  expect(performance.now() - startedAt).toBeLessThan(1_000 + stopMsMax);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain('"msg":"stopped"');
  await sends;
}, 40_000);

function toUri({ uri }: MongoDeployment): string {
  return `${uri}test-${randomUUID()}?directConnection=true`;
}

/** Stops the only member: its connections stay open and say nothing. */
function silence({ members }: MongoDeployment): void {
  for (const { pid } of members) process.kill(pid, "SIGSTOP");
}

function send(server: RunningServer): Promise<Response> {
  const body = JSON.stringify({ user_id: "ann", content: "hi", conversation_id: "tea" });
  const headers = { "content-type": "application/json" };
  return fetch(`${server.url}/messages/`, { method: "POST", headers, body });
}
