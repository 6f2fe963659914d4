import { isIPv4, isIPv6 } from "node:net";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";

/**
 * Names the network that a request comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, which is what one
 * customer has at the least.
 * @param proxyHops is how many proxies are believed. Each adds to the right of `X-Forwarded-For` who called it, so what a
 * client wrote there itself stands further left and is never read. `Forwarded` is not read: a proxy that writes the one
 * header lets the other through as it came.
 */
export function readClientAddress({ env, req }: Context<AppEnv>, proxyHops: number): string {
  const socketAddress = env?.incoming?.socket.remoteAddress ?? "";
  const forwarded = proxyHops > 0 ? req.header("x-forwarded-for") : undefined;
  const client = forwarded === undefined ? undefined : readHop(forwarded, proxyHops);
  return client ?? toNetwork(socketAddress) ?? "unknown";
}

function readHop(forwarded: string, proxyHops: number): string | undefined {
  const hops = forwarded.split(",").slice(-proxyHops).map(toNetworkWithoutPort);
  // One that is missing or malformed says that the proxies are not as they are configured.
  return hops.length === proxyHops && !hops.includes(undefined) ? hops[0] : undefined;
}

// Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711.
const addressPattern = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([\da-f]*:[\da-f:.]+)\])(?::\d{1,5})?$/i;

function toNetworkWithoutPort(hop: string): string | undefined {
  const trimmed = hop.trim();
  const [, v4, v6] = addressPattern.exec(trimmed) ?? [];
  return toNetwork(v4 ?? v6 ?? trimmed);
}

/** Turns an address into the network that it belongs to; `undefined` when it is no address. */
export function toNetwork(address: string): string | undefined {
  // The zone of a link-local address says which interface it came in by.
  const [host = ""] = address.split("%", 1);
  if (isIPv4(host)) return host;
  if (!isIPv6(host)) return undefined;
  const groups = toGroups(host.toLowerCase());
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** Reads the eight groups of an IPv6 address (RFC 4291, section 2.2). */
function toGroups(address: string): number[] {
  const [head = "", tail] = address.split("::", 2);
  const before = readGroups(head);
  if (tail === undefined) return before;
  const after = readGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function readGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
