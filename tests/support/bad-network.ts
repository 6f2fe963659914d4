import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * What becomes of bytes and connections: they pass; they come late; connections are cut in the middle of what they say;
 * or what answers is not the server but a proxy before it.
 */
export type Weather = "calm" | "slow" | "cutting" | "bad_gateway" | "away";

/** Stands between a server and its clients. */
export interface BadNetwork extends AsyncDisposable {
  url: string;
  /** What it did to connections, and how often. */
  readonly deeds: Record<"opened" | "cut" | "halfOpened" | "answered", number>;
  become(weather: Weather): void;
  /** Cuts all connections at once. */
  cut(): void;
  /** Forgets a share of the connections without a word: their clients' ends stay open and silent. */
  forget(share: number): void;
}

interface Link {
  near: Socket;
  far: Socket;
  isForgotten: boolean;
  /** Cuts the connection in the middle of what comes next. */
  isDoomed: boolean;
  isCut: boolean;
}

const lateMsMax = 400;
const cutWithinMs = 2_000;
const page = "<html><body><h1>This site is away</h1></body></html>";

/** Opens a network to a port of loopback; everything passes at first. */
export async function openBadNetwork(target: number): Promise<BadNetwork> {
  const links = new Set<Link>();
  const timers = new Set<NodeJS.Timeout>();
  const deeds = { opened: 0, cut: 0, halfOpened: 0, answered: 0 };
  let weather: Weather = "calm";

  const server = createServer((near) => {
    near.on("error", () => near.destroy());
    if (weather === "bad_gateway" || weather === "away") near.once("data", () => refuse(near));
    else open(near);
  });

  function refuse(near: Socket): void {
    deeds.answered++;
    const status = weather === "away" ? "503 Service Unavailable" : "502 Bad Gateway";
    near.end(
      `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\nretry-after: 1\r\nconnection: close\r\n` +
        `content-length: ${page.length}\r\n\r\n${page}`,
    );
  }

  function open(near: Socket): void {
    deeds.opened++;
    const far = connect(target, "127.0.0.1");
    const link = { near, far, isForgotten: false, isDoomed: false, isCut: false };
    links.add(link);
    near.on("close", () => {
      links.delete(link);
      link.far.destroy();
    });
    link.far.on("error", () => {});
    link.far.on("close", () => link.isForgotten || near.destroy());
    pass(link, near, link.far);
    pass(link, link.far, near);
    if (weather === "cutting") doom(link);
  }

  function pass(link: Link, from: Socket, to: Socket): void {
    let passed = Promise.resolve();
    from.on("data", (bytes) => {
      const lateMs = weather === "slow" ? Math.random() * lateMsMax : 0;
      passed = passed.then(async () => {
        if (lateMs > 0) await wait(lateMs);
        if (link.isForgotten) return;
        if (!link.isDoomed) return void to.write(bytes);
        if (link.isCut) return;
        link.isCut = true;
        deeds.cut++;
        to.write(bytes.subarray(0, Math.random() * bytes.length), () => {
          link.near.resetAndDestroy();
        });
      });
    });
  }

  function doom(link: Link): void {
    void wait(Math.random() * cutWithinMs).then(() => {
      link.isDoomed = true;
    });
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deeds,
    become(next) {
      weather = next;
      // Half of what is open goes on through what comes next, and half meets it anew.
      for (const link of links) {
        if (next !== "calm" && next !== "slow" && Math.random() < 0.5) doom(link);
      }
    },
    cut() {
      for (const { near } of links) near.resetAndDestroy();
    },
    forget(share) {
      for (const link of links) {
        if (link.isForgotten || Math.random() > share) continue;
        deeds.halfOpened++;
        link.isForgotten = true;
        link.far.destroy();
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const timer of timers) clearTimeout(timer);
      for (const { near } of links) near.destroy();
      await closed;
    },
  };
}
