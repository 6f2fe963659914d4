import { once } from "node:events";
import { join } from "node:path";
import type { AppRouter } from "@chatnest/api";
import { createTRPCClient, httpLink } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePorts } from "../support/free-port.ts";
import { type GuardedProcess, startGuarded } from "../support/guarded-process.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";
import { newProject, type Project } from "./project.ts";

const ann = { headers: { "x-user": "ann" } };
let project: Project;
let server: GuardedProcess;
let url = "";

beforeAll(async () => {
  project = await newProject("tests/consumers/hosts/next");
  const next = join(project.directory, "node_modules/next/dist/bin/next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const build = startGuarded(process.execPath, [next, "build", project.directory], env);
  const said: string[] = [];
  build.child.stdout?.on("data", (data: Buffer) => said.push(String(data)));
  build.child.stderr?.on("data", (data: Buffer) => said.push(String(data)));
  const [code] = await once(build.child, "close");
  if (code !== 0) throw new Error(`next build failed:\n${said.join("")}`);
  const [port = 0] = await findFreePorts(1);
  const args = [
    next,
    "start",
    project.directory,
    "--port",
    String(port),
    "--hostname",
    "127.0.0.1",
  ];
  server = startGuarded(process.execPath, args, env);
  url = `http://127.0.0.1:${port}/chat`;
  const isUp = async () => (await fetch(`${url}/readyz`)).ok;
  await until(isUp, { timeoutMs: 60_000, what: "Next.js is ready" });
}, 300_000);
afterAll(async () => {
  await server?.kill();
  await project?.[Symbol.asyncDispose]();
});

async function openRoom(): Promise<string> {
  const created = await fetch(`${url}/conversations/`, {
    method: "POST",
    headers: { "content-type": "application/json", ...ann.headers },
    body: JSON.stringify({ user_ids: ["ann"] }),
  });
  expect(created.status).toBe(201);
  return ((await created.json()) as { id: string }).id;
}

describe("ChatNest in a route handler of Next.js", () => {
  it("serves REST, and 401 without credentials", async () => {
    const conversation_id = await openRoom();
    const sent = await fetch(`${url}/messages/`, {
      method: "POST",
      headers: { "content-type": "application/json", ...ann.headers },
      body: JSON.stringify({ content: "Hi", conversation_id }),
    });
    expect(sent.status).toBe(201);
    const read = await fetch(`${url}/messages/${conversation_id}`, ann);
    expect(await read.json()).toMatchObject([{ content: "Hi" }]);
    expect((await fetch(`${url}/messages/${conversation_id}`)).status).toBe(401);
  });

  it("serves tRPC and live events, and hears when their reader leaves", async () => {
    const conversation_id = await openRoom();
    const links = [httpLink({ url: `${url}/trpc`, ...ann })];
    const client = createTRPCClient<AppRouter>({ links });
    const send = (content: string) =>
      client.messages.send.mutate({ user_id: "ann", content, conversation_id });
    await send("one");
    // More than one user may have at a time, unless those that left are forgotten.
    for (let round = 0; round < 120; round++) {
      const path = `${url}/messages/${conversation_id}/events?after=0`;
      await using reader = await SseReader.open(path, ann);
      await reader.until(({ seqs }) => seqs.length >= 1);
      if (round > 0) continue;
      await send("two");
      await reader.until(({ seqs }) => seqs.length === 2);
    }
  });

  it("stops cleanly with Next.js, although a stream is open", async () => {
    await using reader = await SseReader.open(`${url}/users/ann/events`, ann);
    await reader.until(({ events }) => events.length > 0);
    const exited = once(server.child, "exit");
    server.child.kill("SIGTERM");
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({ event: "unavailable" });
    expect((await exited)[0]).not.toBe(1);
  });
});
