import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const guardProgram = fileURLToPath(new URL("./guard.ts", import.meta.url));

let guard: ChildProcess | undefined;

/** A process that tests start, which never outlives them, whatever happens to them. */
export interface GuardedProcess {
  readonly child: ChildProcess;
  readonly isRunning: boolean;
  /** Stops it in the middle of whatever it does; connections to it stay open and silent. */
  stop(): void;
  /** Lets it go on after {@link GuardedProcess.stop}. */
  resume(): void;
  /** Ends it at once, and returns when it is gone. */
  kill(): Promise<void>;
}

/** Starts a program whose standard output can be read. */
export function startGuarded(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): GuardedProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  tellGuard(`+${pid}`);
  child.once("exit", () => tellGuard(`-${pid}`));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    child,
    get isRunning() {
      return isRunning();
    },
    stop: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async kill() {
      if (!isRunning()) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

// Its end of the pipe closes with this process, however that ends.
function tellGuard(line: string): void {
  guard ??= startGuard();
  guard.stdin?.write(`${line}\n`);
}

function startGuard(): ChildProcess {
  const started = spawn(process.execPath, [guardProgram], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  started.unref();
  return started;
}
