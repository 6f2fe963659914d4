import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { readUnacknowledged } from "./unacknowledged.ts";

describe("what the other end has not acknowledged", () => {
  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])(
    "is known of a connection from %s",
    async (host) => {
      const server = createServer().listen(0, host === "::1" ? "::1" : "::");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const client = connect(port, host);
      const [accepted] = (await once(server, "connection")) as [Socket];
      expect((await readUnacknowledged())(accepted)).toBe(0);

      client.pause();
      // More than the buffers of both ends hold.
      accepted.write(Buffer.alloc(32 * 1024 * 1024));
      await expect.poll(async () => (await readUnacknowledged())(accepted)).toBeGreaterThan(10_000);
      client.destroy();
      accepted.destroy();
      server.close();
    },
  );

  it("is unknown of a connection that has ended", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect(port, "127.0.0.1");
    const [accepted] = (await once(server, "connection")) as [Socket];
    accepted.destroy();
    client.destroy();
    await once(client, "close");
    expect((await readUnacknowledged())(accepted)).toBeUndefined();
    server.close();
  });
});
