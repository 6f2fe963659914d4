import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/** A program, with all that it starts. */
export interface ProcessGroup extends AsyncDisposable {
  /** Sends a signal to all of them, as a terminal does, and returns when they have ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; said: string }>;
}

/** Starts a program in a process group of its own. */
export function startGroup(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env">,
): ProcessGroup {
  const stdio: SpawnOptions["stdio"] = ["ignore", "pipe", "pipe"];
  const child = spawn(program, args, { ...options, stdio, detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      said += String(data);
    });
  }
  // Only when none of them has the other end of their output any more.
  const closed = once(child, "close");

  function signalAll(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // They have ended.
    }
  }

  return {
    async end(signal) {
      signalAll(signal);
      const [code] = (await closed) as [number | null];
      return { code, said };
    },
    async [Symbol.asyncDispose]() {
      signalAll("SIGKILL");
      await closed;
    },
  };
}
