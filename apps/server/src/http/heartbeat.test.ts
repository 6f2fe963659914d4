import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

/** Opens a response that stays open, on a connection of its own. */
async function openResponse() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, host: "127.0.0.1" }).on("error", () => {});
  asked.on("response", (answer) => answer.on("error", () => {}).resume()).end();
  const response = await new Promise<ServerResponse>((resolve) => {
    server.once("request", (_request, opened) => resolve(opened));
  });
  response.writeHead(200).flushHeaders();
  const dispose = async () => {
    asked.destroy();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { response, [Symbol.asyncDispose]: dispose };
}

describe("the heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  it("goes on after one that failed", async () => {
    await using opened = await openResponse();
    const { response } = opened;
    let said = 0;
    new Heartbeat().follow(response, () => {
      response.write(": \n\n");
      said++;
      if (said === 1) throw new Error("it cannot say so");
    });
    for (let beats = 1; beats <= 3; beats++) {
      await vi.advanceTimersByTimeAsync(15_000);
      await expect.poll(() => said).toBe(beats);
    }
  });
});
