import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePorts } from "../support/free-port.ts";
import { type GuardedProcess, startGuarded } from "../support/guarded-process.ts";
import { until } from "../support/until.ts";

const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));

/** The built server with its page, on the embedded store, that can be killed and started again on the same data. */
export interface PageServer extends AsyncDisposable {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Runs a command of the program on the same data, while the server is down. */
  run(...args: string[]): Promise<void>;
}

/** Prepares a server, which is not started yet. */
export async function preparePageServer(
  settings: Record<string, string> = {},
): Promise<PageServer> {
  const directory = await mkdtempDisposable(join(tmpdir(), "chatnest-page-"));
  const [port = 0] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env["PATH"],
    PORT: String(port),
    CHATNEST_DATA: directory.path,
    CHATNEST_RATE_LIMIT: "0",
    LOG_LEVEL: "warn",
    ...settings,
  };
  let server: GuardedProcess | undefined;
  const begin = (...args: string[]) => startGuarded(process.execPath, [program, ...args], env);
  return {
    url,
    async start() {
      server = begin("serve");
      await until(async () => (await fetch(`${url}/readyz`)).ok, {
        timeoutMs: 20_000,
        what: "the server is ready",
      });
    },
    kill: async () => server?.kill(),
    async run(...args) {
      const started = begin(...args);
      await until(() => !started.isRunning, { timeoutMs: 120_000, what: `${args[0]} has ended` });
    },
    async [Symbol.asyncDispose]() {
      await server?.kill();
      await directory.remove();
    },
  };
}

/** Sends JSON to a server that trusts its caller. */
export async function send(
  server: { url: string },
  path: string,
  { method = "POST", body }: { method?: string; body: object },
): Promise<unknown> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
