import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findFreePorts } from "@chatnest/tests/support/free-port.ts";
import { startGuarded } from "@chatnest/tests/support/guarded-process.ts";

/** The built server. */
export const chatnest = fileURLToPath(new URL("../apps/server/dist/main.js", import.meta.url));
/** As `npm run serve` runs it; peers too, so that nothing but the program differs. */
export const nodeFlags = ["--max-semi-space-size=4"];

/** A server in a process of its own, and what it has used. */
export interface MeasuredServer extends AsyncDisposable {
  url: string;
  port: number;
  /** From the start of the process to its first answer, in ms. */
  readyMs: number;
  /** User and system time of this process alone, in microseconds. */
  cpuUs(): Promise<number>;
  rssKiB(): Promise<number>;
}

/** Starts a program of this folder, or a path, which listens on `PORT`; returns when it answers. */
export async function startServer(
  program: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<MeasuredServer> {
  const [port = 0] = await findFreePorts(1);
  const startedAt = performance.now();
  const server = startGuarded(
    process.execPath,
    [...nodeFlags, ...profileFlags(), toPath(program), ...args],
    {
      PATH: process.env["PATH"],
      PORT: String(port),
      LOG_LEVEL: "warn",
      CHATNEST_RATE_LIMIT: "0",
      ...env,
    },
  );
  server.child.stdout?.pipe(process.stderr);
  server.child.stderr?.pipe(process.stderr);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (!server.isRunning) throw new Error(`${program} ended before it answered`);
    await delay(2);
  }
  const { pid } = server.child;
  return {
    url,
    port,
    readyMs: performance.now() - startedAt,
    cpuUs: async () => {
      // utime and stime, the 14th and 15th field, in ticks of 10 ms: proc_pid_stat(5)
      const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    },
    rssKiB: async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]),
    async [Symbol.asyncDispose]() {
      // Politely, so that a profile is written.
      const ended = once(server.child, "exit");
      if (server.isRunning) server.child.kill("SIGTERM");
      const timer = setTimeout(() => void server.kill(), 3_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A client in a process of its own; it answers each question with one message. */
export interface Client extends Disposable {
  ask<TAnswer>(question: string): Promise<TAnswer>;
}

/** Starts a program of this folder, and returns when it says that it is ready. */
export async function startClient(
  program: string,
  args: readonly (string | number)[],
  { execArgv = [], env = {} }: { execArgv?: string[]; env?: Record<string, string> } = {},
): Promise<Client> {
  const child = fork(toPath(program), args.map(String), {
    execArgv,
    env: { ...process.env, ...env },
  });
  await answerOf(child);
  return {
    async ask<TAnswer>(question: string) {
      child.send(question);
      return (await answerOf(child)) as TAnswer;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const died = once(child, "exit", { signal: gone.signal }).then(([code]) => {
    throw new Error(`a client ended with ${code}`);
  });
  died.catch(() => {});
  try {
    const [answer] = await Promise.race([once(child, "message", { signal: gone.signal }), died]);
    return answer;
  } finally {
    gone.abort();
  }
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok ?? false;
}

function toPath(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url));
}

// BENCH_PROFILE=folder writes a CPU profile of each server there.
function profileFlags(): string[] {
  const folder = process.env["BENCH_PROFILE"];
  return folder ? ["--cpu-prof", `--cpu-prof-dir=${folder}`] : [];
}
