import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

// What users run, so `npm run build` comes before.
const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const timeoutMsOfMost = 150_000;

/** How a command runs: only with these settings, whatever the tests run with. */
export interface CommandOptions {
  /** The working directory, where `.env` and `data` are. */
  cwd: string;
  env?: Record<string, string>;
  /** Given on standard input; a stream keeps it open until it ends. */
  input?: string | Readable;
  /** Longer than its test takes: ends what a test that hangs leaves behind. @default 150000 */
  timeoutMs?: number;
}

/** How a command ended. */
export interface CommandResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command that was started; it is killed in the end. */
export class RunningCommand implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<CommandResult>;
  stdout = "";
  stderr = "";
  readonly #news = new EventEmitter();

  constructor(
    args: readonly string[],
    { cwd, env, input, timeoutMs = timeoutMsOfMost }: CommandOptions,
  ) {
    this.process = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], ...env },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#news.emit("text");
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#news.emit("text");
    });
    // A command that ends early does not read it all.
    const stdin = this.process.stdin.on("error", () => {});
    if (input instanceof Readable) input.pipe(stdin);
    else stdin.end(input);
    this.ended = once(this.process, "close").then(([code, signal]) => {
      return { code, signal, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits until it has printed something, on either output. */
  async untilPrinted(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found) return found;
      const result = await Promise.race([once(this.#news, "text"), this.ended]);
      if (Array.isArray(result)) continue;
      throw new Error(`ended before it printed ${pattern}: ${JSON.stringify(result)}`);
    }
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<CommandResult> {
    this.process.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}

/** A server that listens. */
export class RunningServer extends RunningCommand {
  url = "";
  port = 0;
}

/** Runs a command to its end. */
export async function runChatnest(
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  await using command = new RunningCommand(args, options);
  return await command.ended;
}

/** Starts a server on a free port and waits until it listens. */
export async function startServer({ env, ...options }: CommandOptions): Promise<RunningServer> {
  const server = new RunningServer(["serve"], { ...options, env: { PORT: "0", ...env } });
  try {
    const [, port] = await server.untilPrinted(/(?:"url":"| API +)http:\/\/localhost:(\d+)/);
    server.port = Number(port);
    // Not by name: whether localhost is 127.0.0.1 is not what the tests are about.
    server.url = `http://127.0.0.1:${server.port}`;
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
