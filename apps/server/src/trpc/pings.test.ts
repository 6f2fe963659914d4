import { describe, expect, it } from "vitest";
import { toPingedStream } from "./pings.ts";

const pinged = "event: ping\ndata: \n\n";

/** Makes a stream that says what it is given, chunk by chunk, and its reader. */
function start() {
  const { readable, writable } = new TransformStream<string, string>();
  const writer = writable.getWriter();
  const { body, ping } = toPingedStream(readable.pipeThrough(new TextEncoderStream()));
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  return {
    ping,
    say: (chunk: string) => writer.write(chunk),
    read: async () => (await reader.read()).value,
    end: () => writer.close(),
    fail: () => writer.abort(new Error("gone")),
    leave: () => reader.cancel(),
  };
}

describe("a stream of tRPC that is told to ping", () => {
  it("does so between two events, and never within one", async () => {
    const { ping, say, read } = start();
    await say("data: 1\n");
    expect(await read()).toBe("data: 1\n");
    ping();
    void say("\n\n");
    expect(await read()).toBe("\n\n");
    ping();
    expect(await read()).toBe(pinged);
    void say("data: 2\n");
    expect(await read()).toBe("data: 2\n");
  });

  it("says it once to a reader that takes nothing", async () => {
    const { ping, say, read } = start();
    void say("\n\n");
    expect(await read()).toBe("\n\n");
    for (let count = 0; count < 10; count++) ping();
    void say("data: 1\n");
    expect([await read(), await read()]).toEqual([pinged, "data: 1\n"]);
  });

  it.each(["end", "fail", "leave"] as const)("does nothing after its %s", async (how) => {
    const stream = start();
    void stream.say("\n\n");
    expect(await stream.read()).toBe("\n\n");
    await stream[how]().catch(() => {});
    expect(stream.ping).not.toThrow();
  });
});
