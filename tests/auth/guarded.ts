import type { AppDeps } from "chatnest/app";
import { pino } from "pino";
import { startServer, type TestServer } from "../support/server.ts";

/** A server that asks for credentials, behind one proxy, which says where each request comes from. */
export interface GuardedServer extends TestServer {
  /** Asks for an inbox, each time from another address, so that no failure counts for the next. */
  ask(authorization: string | undefined, init?: RequestInit): Promise<Asked>;
  /** All that it logged, at every level. */
  logged(): string;
}

/** What a server answered. */
export interface Asked {
  status: number;
  headers: Headers;
  text: string;
}

/** Starts one that takes the credentials given. */
export async function startGuarded(
  credentials: NonNullable<AppDeps["credentials"]>,
): Promise<GuardedServer> {
  const lines: string[] = [];
  const logger = pino({ base: null, level: "trace" }, { write: (line) => void lines.push(line) });
  const server = await startServer({ trust: "nobody", credentials, proxyHops: 1, logger });
  let asked = 0;
  return {
    ...server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    logged: () => lines.join(""),
    async ask(authorization, init) {
      asked++;
      const address = `10.${asked >> 16}.${(asked >> 8) & 255}.${asked & 255}`;
      const headers = new Headers({ "x-forwarded-for": address });
      if (authorization !== undefined) headers.set("authorization", authorization);
      const response = await fetch(`${server.url}/conversations/ann`, { headers, ...init });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  };
}

/** Says whether a server knows who calls, whatever that one may do. */
export function isKnown({ status }: Asked): boolean {
  return ![401, 429, 503].includes(status);
}
