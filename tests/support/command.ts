import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

interface CommandOptions {
  timeoutMs: number;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
}

/**
 * Runs a program to its end and returns what it printed.
 * @throws Error with the last line of its complaint when it fails, and when it is missing or slower than `timeoutMs`.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, {
      timeout: options.timeoutMs,
      env: { ...process.env, ...options.env },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (error) {
    throw new Error(toReason(error, options.timeoutMs), { cause: error });
  }
}

function toReason(error: unknown, timeoutMs: number): string {
  const { code, killed, stderr } = error as { code?: unknown; killed?: boolean; stderr?: string };
  if (killed) return `no answer within ${timeoutMs / 1000} s`;
  if (code === "ENOENT") return "not found";
  if (code === "EACCES") return "not executable";
  return stderr?.trim().split("\n").at(-1) || String(error);
}
