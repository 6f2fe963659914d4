import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What becomes of a connection: bytes go through, it is reset, it stays open and silent, or it is never accepted. */
type LinkState = "pass" | "cut" | "stall" | "refuse";

/** Who opened a connection: the port that a member of a replica set listens on, or anybody else. */
type LinkSource = number | "client";

/** Stands between a port and whoever connects to it. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Decides anew what becomes of every connection, also of those that come later. */
  govern(rule: (source: LinkSource) => LinkState): void;
}

interface Link {
  source: LinkSource;
  state: LinkState;
  near: Socket;
  far: Socket;
}

/** Opens a proxy on `port` to `target`, both on loopback; everything passes at first. */
export async function openTcpProxy(port: number, target: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  let rule: (source: LinkSource) => LinkState = () => "pass";

  const server = createServer((near) => {
    near.on("error", () => near.destroy());
    // What a connection says first tells whose it is; it is put back, so that nothing is lost.
    near.once("data", (first: Buffer) => {
      near.pause();
      near.unshift(first);
      open(near, sourceOf(first));
    });
  });

  function open(near: Socket, source: LinkSource): void {
    const state = rule(source);
    if (state === "refuse" || state === "cut") return void near.resetAndDestroy();
    const far = connect(target, "127.0.0.1");
    const link: Link = { source, state: "pass", near, far };
    links.add(link);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on("data", (bytes) => {
        if (!other.write(bytes)) socket.pause();
      });
      other.on("drain", () => {
        if (link.state === "pass") socket.resume();
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        links.delete(link);
        other.destroy();
      });
    }
    become(link, state);
  }

  function become(link: Link, state: LinkState): void {
    link.state = state;
    if (state === "pass") {
      link.near.resume();
      link.far.resume();
    } else if (state === "stall") {
      link.near.pause();
      link.far.pause();
    } else {
      link.near.resetAndDestroy();
      link.far.destroy();
    }
  }

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port,
    govern(next) {
      rule = next;
      for (const link of links) become(link, rule(link.source));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const link of links) become(link, "cut");
      await closed;
    },
  };
}

// With test commands enabled, a mongod's first hello carries `hostInfo`, a BSON string: its own name and port. MongoDB's
// own mongobridge goes by it too.
function sourceOf(first: Buffer): LinkSource {
  const label = Buffer.from("\x02hostInfo\0", "latin1");
  const at = first.indexOf(label);
  if (at < 0) return "client";
  const start = at + label.length;
  const length = first.readInt32LE(start);
  const host = first.toString("utf8", start + 4, start + 4 + length - 1);
  return Number(host.slice(host.lastIndexOf(":") + 1));
}
