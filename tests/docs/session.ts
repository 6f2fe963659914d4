import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import { until } from "../support/until.ts";
import type { Block } from "./blocks.ts";
import { installPackages } from "./installed.ts";

const timeoutMs = 60_000;
// A block that is one such line serves until the next of them, or the end of the page.
const serving = /^(?:\w+='?[^' ]*'? )*(?:npx chatnest(?: serve)?|node server\.ts)\n$/;
const streaming = /^curl --no-buffer /;

/** What a block printed, on standard output. */
export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** A reader who tries out a page, block by block, in an empty folder. */
export class Session implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  /** What is in the place of names that the page gives to what its reader has. */
  readonly #names: Readonly<Record<string, string>>;
  readonly #stack: AsyncDisposableStack;
  #server: ChildProcess | undefined;

  private constructor(
    { folder, port, names }: { folder: string; port: number; names: Record<string, string> },
    stack: AsyncDisposableStack,
  ) {
    this.#folder = folder;
    this.#port = port;
    this.#names = {
      ...names,
      "localhost:8000": `localhost:${port}`,
      "listen(8000": `listen(${port}`,
    };
    this.#stack = stack;
  }

  /** Begins in a new folder, with both packages installed. */
  static async open(names: Record<string, string> = {}): Promise<Session> {
    await using stack = new AsyncDisposableStack();
    const { path: folder } = stack.use(await newFolder());
    await installPackages(folder);
    const [port = 0] = await findFreePorts(1);
    return new Session({ folder, port, names }, stack.move());
  }

  /** Runs a block of the shell, or writes the file that a block of code names in its first line. */
  async run(block: Block): Promise<Printed> {
    const code = this.#own(block.code);
    if (block.language === "ts") {
      const [, name = ""] = /^\/\/ (\S+\.ts)\n/.exec(code) ?? [];
      await writeFile(join(this.#folder, name), code);
      return { code: 0, stdout: "", stderr: "" };
    }
    const isServing = serving.test(block.code);
    if (isServing || block.flags.includes("stop")) await this.#stop();
    if (isServing) return await this.#serve(code);
    return await this.#shell(code, streaming.test(code) ? block.output?.text.trim() : undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#stack.disposeAsync();
  }

  /** Puts what this reader has in the place of what the page names. */
  #own(code: string): string {
    return Object.entries(this.#names).reduce(
      (text, [name, own]) => text.replaceAll(name, own),
      code,
    );
  }

  #spawn(code: string, isDetached = false): ChildProcess {
    const env = {
      HOME: this.#folder,
      PATH: `${join(this.#folder, "node_modules/.bin")}:${process.env["PATH"]}`,
      PORT: String(this.#port),
    };
    const script = `set -euo pipefail\n${code}`;
    return spawn("bash", ["-c", script], {
      cwd: this.#folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: isDetached,
    });
  }

  async #serve(code: string): Promise<Printed> {
    const server = this.#spawn(`exec ${code.replace(/^((?:\w+=\S+ )+)/, "env $1")}`);
    this.#server = server;
    const said = collect(server);
    const isUp = async () => {
      if (server.exitCode !== null) throw new Error(`it has ended: ${said.stdout}${said.stderr}`);
      const socket = connect(this.#port, "127.0.0.1");
      try {
        await once(socket, "connect");
        return true;
      } finally {
        socket.destroy();
      }
    };
    await until(isUp, { timeoutMs: 20_000, what: `it listens: ${code}` });
    const isReady = async () => (await fetch(`http://127.0.0.1:${this.#port}/readyz`)).status < 500;
    await until(isReady, { timeoutMs: 20_000, what: `it is ready: ${code}` });
    return { code: 0, stdout: "", stderr: "" };
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    const [code] = await exited;
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }

  /** @param awaited ends a command that would go on for ever, when it has printed as many lines. */
  async #shell(code: string, awaited?: string): Promise<Printed> {
    const child = this.#spawn(code, true);
    const said = collect(child);
    const timer = setTimeout(() => end(child), timeoutMs);
    const closed = once(child, "close");
    if (awaited !== undefined) {
      const lines = awaited.split("\n").length;
      const hasPrinted = () => said.stdout.split("\n").length > lines;
      await until(hasPrinted, {
        timeoutMs: 10_000,
        what: `it has printed ${lines} lines: ${code}`,
      });
      const shown = said.stdout.split("\n").slice(0, lines).join("\n");
      end(child);
      await closed;
      return { code: 0, stdout: shown, stderr: "" };
    }
    const [exitCode] = await closed;
    clearTimeout(timer);
    return { code: exitCode ?? 1, ...said };
  }
}

function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // It has ended, and its end is not told yet.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  return said;
}
