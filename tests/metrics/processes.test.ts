import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { expect, inject, it } from "vitest";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { unique } from "../support/rest.ts";
import { scrape, send } from "./scrape.ts";

const [deployment] = inject("mongoDeployments").filter(({ uri }) => uri.includes("replicaSet="));

/** A server with two processes over a database of its own. */
async function startTwo(cwd: string) {
  const uri = deployment?.uri ?? "";
  const name = unique("metrics").slice(0, 30);
  const env = {
    MONGODB_URI: uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${name}`),
    CHATNEST_PROCESSES: "2",
    CHATNEST_RATE_LIMIT: "0",
    CHATNEST_REQUEST_LOG: "off",
  };
  const server = await startServer({ cwd, env });
  await server.untilPrinted(/all processes are listening/);
  expect(await workersOf(server)).toHaveLength(2);
  await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(200);
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await using client = new MongoClient(uri);
      await client.db(name).dropDatabase();
    },
  };
}

/** The ids of the processes that serve. */
async function workersOf({ process: { pid } }: RunningServer): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.trim().split(" ").filter(Boolean).map(Number);
}

const created = { outcome: "created", store: "mongodb" };

it("any process answers for all, and a process that dies takes no counts with it", async () => {
  await using folder = await newFolder();
  await using two = await startTwo(folder.path);
  const { server } = two;
  const sendMany = async (count: number) => {
    const sent = Array.from({ length: count }, (_, n) =>
      // Connections of their own, so that both processes get some.
      send(server, { user_id: "ann", content: `${n}`, conversation_id: `room-${n % 7}` }),
    );
    for (const status of await Promise.all(sent)) expect(status).toBe(201);
  };
  await sendMany(60);
  const processesOf = async () => {
    const found = await scrape(server);
    const memory = found.find("chatnest_process_memory_bytes", { kind: "resident" });
    return memory.map(({ labels }) => labels["process"]).sort();
  };
  await expect.poll(processesOf).toEqual(["1", "2"]);
  // Whoever answers says the same.
  for (let times = 0; times < 10; times++) {
    const found = await scrape(server);
    expect(found.sum("chatnest_sends_total", created)).toBe(60);
    expect(found.find("chatnest_build_info")).toMatchObject([{ value: 1 }]);
  }
  expect(
    (await scrape(server)).find("chatnest_change_stream_state", { state: "live" }),
  ).toHaveLength(2);

  for (let round = 1; round <= 2; round++) {
    const [victim = 0, ...others] = await workersOf(server);
    process.kill(victim, "SIGKILL");
    await expect
      .poll(async () =>
        (await workersOf(server)).filter((pid) => ![victim, ...others].includes(pid)),
      )
      .toHaveLength(1);
    await expect.poll(async () => await processesOf().catch(() => [])).toEqual(["1", "2"]);
    await sendMany(20);
    const found = await scrape(server);
    expect(found.sum("chatnest_sends_total", created)).toBe(60 + 20 * round);
  }
}, 60_000);

it("a process that hangs holds up no answer for long, and counts as it last did", async () => {
  await using folder = await newFolder();
  await using two = await startTwo(folder.path);
  const { server } = two;
  expect(await send(server, { user_id: "ann", content: "hi", conversation_id: "tea" })).toBe(201);
  await expect
    .poll(async () => (await scrape(server)).sum("chatnest_sends_total", created))
    .toBe(1);
  const [hanging = 0] = await workersOf(server);
  process.kill(hanging, "SIGSTOP");
  try {
    // Connections to the process that hangs are answered by nobody, so several ask.
    const asked = Array.from({ length: 6 }, () => scrape(server));
    const found = await Promise.any([...asked, pause(15_000).then(() => Promise.reject())]);
    expect(found.sum("chatnest_sends_total", created)).toBe(1);
    for (const pending of asked) pending.catch(() => {});
  } finally {
    process.kill(hanging, "SIGCONT");
  }
}, 60_000);
