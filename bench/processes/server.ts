import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePorts } from "@chatnest/tests/support/free-port.ts";
import { type GuardedProcess, startGuarded } from "@chatnest/tests/support/guarded-process.ts";

/** A server in a process of its own, and what it has used. */
export interface MeasuredServer extends AsyncDisposable {
  url: string;
  port: number;
  pid: number;
  /** From the start of the process to its first answer, in ms. */
  readyMs: number;
  /** User and system time of this process alone, in microseconds. */
  cpuUs(): Promise<number>;
  rssKiB(): Promise<number>;
}

/** What to start. */
export interface Command {
  command: string;
  /** Made for a port. */
  args(port: number): string[];
  env?: Record<string, string>;
  /** Answers with 200 once the server can work. @default "/readyz" */
  readyPath?: string;
}

/** Starts a server on a free port, and returns when it answers. Its environment is `PATH` and what is given. */
export async function startCommand(command: Command): Promise<MeasuredServer> {
  const [port = 0] = await findFreePorts(1);
  const startedAt = performance.now();
  const env = { PATH: process.env["PATH"], PORT: String(port), ...command.env };
  const server = startGuarded(command.command, command.args(port), env);
  for (const stream of [server.child.stdout, server.child.stderr]) {
    stream?.on("data", (said) => process.stderr.write(said));
  }
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url + (command.readyPath ?? "/readyz")))) {
    if (!server.isRunning) throw new Error("a server ended before it answered");
    await delay(2);
  }
  const { pid = 0 } = server.child;
  return {
    url,
    port,
    pid,
    readyMs: performance.now() - startedAt,
    cpuUs: () => readCpuUs(pid),
    rssKiB: () => readRssKiB(pid),
    [Symbol.asyncDispose]: () => end(server),
  };
}

async function readCpuUs(pid: number): Promise<number> {
  // utime and stime, the 14th and 15th field, in ticks of 10 ms: proc_pid_stat(5)
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function readRssKiB(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok ?? false;
}

// Politely, so that a profile is written.
async function end(server: GuardedProcess): Promise<void> {
  if (!server.isRunning) return;
  const ended = once(server.child, "exit");
  server.child.kill("SIGTERM");
  const timer = setTimeout(() => void server.kill(), 3_000);
  await ended;
  clearTimeout(timer);
}
