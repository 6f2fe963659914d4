import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findFreePorts } from "./free-port.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { until } from "./until.ts";

const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));

/** A ChatNest server in a process of its own, as it is run in production. */
export interface ChatNestProcess extends AsyncDisposable {
  readonly url: string;
  /** The lines it logged at level `warn` and above, the newest last. */
  readonly complaints: readonly string[];
  kill(): Promise<void>;
}

const complaintsMax = 200;

/** Starts the built server on a free port over a MongoDB, and returns when it can be worked with. */
export async function startChatNest(mongodbUri: string): Promise<ChatNestProcess> {
  await access(program).catch((cause: unknown) => {
    throw new Error("apps/server/dist/main.js is missing: run npm run build first", { cause });
  });
  const [port = 0] = await findFreePorts(1);
  const server = startGuarded(process.execPath, [program, "serve"], {
    PATH: process.env["PATH"],
    PORT: String(port),
    HOST: "127.0.0.1",
    MONGODB_URI: mongodbUri,
    CHATNEST_RATE_LIMIT: "0",
    LOG_LEVEL: "warn",
  });
  const complaints = readComplaints(server);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/readyz`)).ok, {
    timeoutMs: 30_000,
    what: `the server on port ${port} is ready; it said: ${complaints.join("\n")}`,
  });
  return {
    url,
    complaints,
    kill: () => server.kill(),
    [Symbol.asyncDispose]: () => server.kill(),
  };
}

function readComplaints({ child }: GuardedProcess): string[] {
  const complaints: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      complaints.push(line);
      if (complaints.length > complaintsMax) complaints.shift();
    });
  }
  return complaints;
}
