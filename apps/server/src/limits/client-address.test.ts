import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { readClientAddress, toNetwork } from "./client-address.ts";

const socketAddress = "203.0.113.9";

/** Reads the address of a request that came from 203.0.113.9 with some headers. */
async function read(
  proxyHops: number,
  headers: Record<string, string>,
  remoteAddress: string | undefined = socketAddress,
): Promise<string> {
  const app = new Hono<AppEnv>();
  app.get("/", (c) => c.text(readClientAddress(c, proxyHops)));
  const env = { incoming: { socket: { remoteAddress } } } as unknown as AppEnv["Bindings"];
  return (await app.request("/", { headers }, env)).text();
}

describe("the address of a client", () => {
  it.each<[number, string, string]>([
    [1, "198.51.100.7", "198.51.100.7"],
    [1, "10.0.0.1, 198.51.100.7", "198.51.100.7"],
    [1, "198.51.100.7,198.51.100.8", "198.51.100.8"],
    [1, "unknown, 198.51.100.7", "198.51.100.7"],
    [1, ", , 198.51.100.7", "198.51.100.7"],
    [1, "  198.51.100.7\t", "198.51.100.7"],
    [1, "198.51.100.7:4711", "198.51.100.7"],
    [1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    [1, "[2001:db8:1:2::1]:4711", "2001:db8:1:2::/64"],
    [1, "[2001:db8:1:2::1]", "2001:db8:1:2::/64"],
    [1, "::ffff:198.51.100.7", "198.51.100.7"],
    [2, "198.51.100.7, 10.0.0.1", "198.51.100.7"],
    [2, "1.1.1.1, 2.2.2.2, 198.51.100.7, 10.0.0.1", "198.51.100.7"],
    [3, "198.51.100.7, 10.0.0.1, 10.0.0.2", "198.51.100.7"],
  ])("behind %d proxies that say %j is %s", async (proxyHops, forwarded, address) => {
    expect(await read(proxyHops, { "x-forwarded-for": forwarded })).toBe(address);
  });

  it.each<[number, string]>([
    [0, "198.51.100.7"],
    [1, ""],
    [1, "unknown"],
    [1, "_hidden"],
    [1, "198.51.100.7,"],
    [1, "198.51.100.7, unknown"],
    [1, "198.51.100.7;10.0.0.1"],
    [1, "198.51.100.7 10.0.0.1"],
    [1, "198.51.100.256"],
    [1, "198.51.100"],
    [1, "0x7f.0.0.1"],
    [1, "2130706433"],
    [1, "198.51.100.07"],
    [1, "198.51.100.7:port"],
    [1, "198.51.100.7:123456"],
    [1, "2001:db8::1::2"],
    [1, "[2001:db8::1"],
    [1, "2001:db8::1]:80"],
    [1, "[198.51.100.7]"],
    [1, "for=198.51.100.7"],
    [1, '"198.51.100.7"'],
    [1, "localhost"],
    [1, "a".repeat(8_000)],
    [2, "198.51.100.7"],
    [2, "198.51.100.7, unknown"],
    [2, "unknown, 10.0.0.1"],
    [16, Array.from({ length: 15 }, () => "198.51.100.7").join()],
  ])("behind %d proxies that say %.40j is the socket's", async (proxyHops, forwarded) => {
    expect(await read(proxyHops, { "x-forwarded-for": forwarded })).toBe(socketAddress);
  });

  it.each(["forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"])(
    "is never read from %s",
    async (name) => {
      expect(await read(1, { [name]: "for=198.51.100.7" })).toBe(socketAddress);
      expect(await read(1, { [name]: "198.51.100.7" })).toBe(socketAddress);
    },
  );

  it("is the socket's where no proxy says anything, and unknown where it is gone", async () => {
    expect(await read(1, {})).toBe(socketAddress);
    expect(await read(0, {}, "::ffff:203.0.113.9")).toBe(socketAddress);
    expect(await read(0, {}, "fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(await read(0, {}, "")).toBe("unknown");
  });
});

describe("the network of an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::", "2001:db8:0:0::/64"],
    ["2001:DB8::1", "2001:db8:0:0::/64"],
    ["2001:0db8:0000:0000:ffff:ffff:ffff:ffff", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::8", "1:0:0:0::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["::fffe:192.0.2.1", "0:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4::/64"],
  ])("%s is %s", (address, network) => {
    expect(toNetwork(address)).toBe(network);
  });

  it.each(["", "x", "1.2.3", "1.2.3.4.5", ":", ":::", "1:2", "12345::", "g::"])(
    "%j is none",
    (address) => {
      expect(toNetwork(address)).toBeUndefined();
    },
  );
});
