import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startGuarded } from "../support/guarded-process.ts";
import { until } from "../support/until.ts";

const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const name = `nest${process.pid}`;
const host = "10.231.77.1";

const input = encodeURIComponent(JSON.stringify({ conversation_id: "room" }));
const paths = {
  REST: "/messages/room/events",
  tRPC: `/trpc/live.conversation?input=${input}`,
};

describe.each(Object.entries(paths))("a follower over %s whose machine vanishes", (_, path) => {
  it("is noticed and let go within two heartbeats", { timeout: 90_000 }, async () => {
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
    const client = startGuarded("ip", ["netns", "exec", name, "curl", "-sN", url + path], {
      PATH: process.env["PATH"],
    });
    const isConnected = async () => (await countConnections(port)) === 1;
    await until(isConnected, { timeoutMs: 10_000, what: "the follower is connected" });

    await link.cut();
    const startedAt = performance.now();
    await until(async () => (await countConnections(port)) === 0, {
      timeoutMs: 35_000,
      what: "the server lets go of the follower",
    });
    expect(performance.now() - startedAt).toBeLessThan(32_000);
    await Promise.all([client.kill(), server.kill()]);
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
