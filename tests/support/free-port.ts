import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Finds ports of loopback that nothing listens on. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  // All are held until each has its own.
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
