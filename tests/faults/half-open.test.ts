import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { AppRouter } from "@chatnest/api";
import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startGuarded } from "../support/guarded-process.ts";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";

const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const name = `nest${process.pid}`;
const host = "10.231.77.1";

const inputOf = (room: string) => encodeURIComponent(JSON.stringify({ conversation_id: room }));
const paths = [
  "/messages/quiet/events",
  "/messages/loud/events",
  `/trpc/live.conversation?input=${inputOf("quiet")}`,
  `/trpc/live.conversation?input=${inputOf("loud")}`,
];

describe.concurrent("where one end vanishes", () => {
  it("followers are let go within two heartbeats, spoken to meanwhile or not", {
    timeout: 90_000,
  }, async () => {
    await using link = await openLink();
    const [port = 0] = await findFreePorts(1);
    const server = startGuarded(process.execPath, [program, "serve"], {
      PATH: process.env["PATH"],
      PORT: String(port),
      HOST: host,
      CHATNEST_AUTH: "none",
      CHATNEST_DATA: ":memory:",
    });
    const url = `http://${host}:${port}`;
    await until(async () => (await fetch(`${url}/readyz`)).ok, {
      timeoutMs: 20_000,
      what: "the server is ready",
    });
    const clients = paths.map((path) =>
      startGuarded("ip", ["netns", "exec", name, "curl", "-sN", url + path], {
        PATH: process.env["PATH"],
      }),
    );
    for (const { child } of clients) await once(child.stdout ?? child, "data");
    expect(await countConnections(port)).toBe(paths.length);

    await link.cut();
    const startedAt = performance.now();
    const speaking = setInterval(() => void speak(url, "loud").catch(() => {}), 2_000);
    await until(async () => (await countConnections(port)) === 0, {
      timeoutMs: 40_000,
      what: "the server lets go of the followers",
    });
    clearInterval(speaking);
    expect(performance.now() - startedAt).toBeLessThan(33_000);
    await Promise.all([...clients, server].map((one) => one.kill()));
  });

  it("tRPC's own client comes back by itself and misses nothing", {
    timeout: 90_000,
  }, async () => {
    await using server = await startServer();
    const [port = 0] = await findFreePorts(1);
    await using proxy = await openTcpProxy(port, server.port);
    const client = createTRPCClient<AppRouter>({
      links: [httpSubscriptionLink({ url: `http://127.0.0.1:${port}/trpc`, EventSource })],
    });
    const seqs: number[] = [];
    let markers = 0;
    const subscription = client.live.conversation.subscribe(
      { conversation_id: "room" },
      {
        onData({ data }) {
          if (data.type === "message") seqs.push(data.message.seq);
          else markers++;
        },
      },
    );
    await until(() => markers > 0, { timeoutMs: 5_000, what: "it follows" });
    // What is open by now stays open and silent; what comes later passes.
    let isLater = false;
    proxy.govern(() => (isLater ? "pass" : "stall"));
    isLater = true;
    await say(server.store, "room", 3);
    await until(() => seqs.length >= 3, { timeoutMs: 60_000, what: "it has all that was said" });
    subscription.unsubscribe();
    expect(seqs).toEqual([1, 2, 3]);
  });
});

/** Makes a second host on this machine, with a cable to it that can be cut. */
async function openLink() {
  const ip = (...args: string[]) => runCommand("ip", args, { timeoutMs: 5_000 });
  const [here, there] = [`${name}a`, `${name}b`];
  await ip("netns", "add", name);
  await ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
  await ip("addr", "add", `${host}/30`, "dev", here);
  await ip("link", "set", here, "up");
  await ip("-n", name, "addr", "add", "10.231.77.2/30", "dev", there);
  await ip("-n", name, "link", "set", there, "up");
  return {
    cut: () => ip("-n", name, "link", "set", there, "down"),
    async [Symbol.asyncDispose]() {
      await ip("link", "del", here).catch(() => {});
      await ip("netns", "del", name).catch(() => {});
    },
  };
}

async function countConnections(port: number): Promise<number> {
  const args = ["-Htn", "state", "established", `sport = :${port} and dst 10.231.77.2`];
  const text = await runCommand("ss", args, { timeoutMs: 5_000 });
  return text === "" ? 0 : text.split("\n").length;
}

async function speak(url: string, conversation_id: string): Promise<void> {
  const body = JSON.stringify({ conversation_id, user_id: "ann", content: "Still there?" });
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/messages/`, { method: "POST", headers, body });
}
