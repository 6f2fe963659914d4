import { readFile } from "node:fs/promises";
import { isIPv4, type Socket } from "node:net";

// Where Linux lists its connections, one per line: https://docs.kernel.org/networking/proc_net_tcp.html
const tables = ["/proc/net/tcp", "/proc/net/tcp6"];

/** Says how many bytes the peer of a connection has not acknowledged; `undefined` if the system does not say. */
export type Unacknowledged = (socket: Socket) => number | undefined;

/** Asks the system once about all connections. Node itself cannot tell a silent peer from one that is gone. */
export async function readUnacknowledged(): Promise<Unacknowledged> {
  const texts = await Promise.all(tables.map((table) => readFile(table, "latin1").catch(() => "")));
  const queues = new Map<string, number>();
  for (const line of texts.join("\n").split("\n")) {
    // sl, local address, remote address, state, tx_queue:rx_queue, ...
    const [, local = "", remote = "", , queue = ""] = line.trim().split(/\s+/);
    if (!queue.includes(":")) continue;
    queues.set(toKey(local.slice(local.indexOf(":") + 1), remote), Number.parseInt(queue, 16));
  }
  return ({ localPort = 0, remoteAddress = "", remotePort = 0, remoteFamily }) => {
    const port = toHex(remotePort);
    const address =
      remoteFamily === "IPv6" ? toHexOfIpv6(remoteAddress) : toHexOfIpv4(remoteAddress);
    return queues.get(toKey(toHex(localPort), `${address}:${port}`));
  };
}

function toKey(localPort: string, remote: string): string {
  return `${localPort} ${remote}`;
}

function toHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

// Words of four bytes in the byte order of this machine, little-endian.
function toHexOfIpv4(address: string): string {
  const bytes = address.split(".").map(Number);
  return Buffer.from(bytes.toReversed()).toString("hex").toUpperCase();
}

function toHexOfIpv6(address: string): string {
  const last = address.slice(address.lastIndexOf(":") + 1);
  if (isIPv4(last)) return `0000000000000000FFFF0000${toHexOfIpv4(last)}`;
  const [head = [], tail = []] = address
    .replace(/%.*/, "")
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  const groups = [...head, ...zeros, ...tail].map((group) => group.padStart(4, "0"));
  const bytes = Buffer.from(groups.join(""), "hex");
  return bytes.swap32().toString("hex").toUpperCase();
}
