import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePorts } from "../support/free-port.ts";
import { until } from "../support/until.ts";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const dockerfile = await readFile(join(root, "deploy/Dockerfile"), "utf8");
const ignored = await readFile(join(root, "deploy/Dockerfile.dockerignore"), "utf8");

let folder = "";
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "chatnest-image-")));
  await build();
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A path of the image, in the folder that stands for it. */
function place(path: string): string {
  return join(folder, path);
}

/** Copies what belongs to the context, and runs the steps of the first stage on it, in their order. */
async function build(): Promise<void> {
  const kept = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path);
  const left = [...ignored.matchAll(/^\*\*\/(.+)$/gm)].map(([, name = ""]) => name);
  for (const path of kept) {
    await mkdir(dirname(place(`src/${path}`)), { recursive: true });
    await cp(join(root, path), place(`src/${path}`), {
      recursive: true,
      filter: (source) => !left.includes(basename(source)),
    });
  }
  const [stage = ""] = dockerfile.split(/^FROM \S+$/m).slice(0, 1);
  for (const [, step = ""] of stage.matchAll(/^RUN (.+)$/gm)) {
    const command = step.replaceAll("/app", place("app"));
    const options = { cwd: place("src"), timeout: 200_000, maxBuffer: 1024 ** 3 };
    const { CI: _, ...env } = process.env;
    await execute("sh", ["-c", command], { ...options, env }).catch((error: object) => {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${step} failed:\n${stdout}${stderr}`, { cause: error });
    });
  }
}

/** The words of an instruction in the form of a JSON array. */
function wordsOf(instruction: string): string[] {
  const [, words = "[]"] = new RegExp(`${instruction}.* (\\[".*\\])$`, "m").exec(dockerfile) ?? [];
  return JSON.parse(words);
}

/** The variables that the image sets. */
function environment(): Record<string, string> {
  const [, block = ""] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? [];
  const pairs = block.matchAll(/(\w+)=(\S+)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value]));
}

describe("the image, without Docker", () => {
  it("has the package and what it needs to run, and no more", async () => {
    expect((await readdir(place("app"))).toSorted()).toEqual([
      ...["LICENSE", "README.md", "dist", "node_modules", "package.json"],
    ]);
    const { dependencies } = JSON.parse(await readFile(place("app/package.json"), "utf8"));
    const found = await readdir(place("app/node_modules"), { recursive: false });
    const scopes = Object.keys(dependencies).map((name) => name.split("/")[0]);
    expect(found.filter((name) => !name.startsWith(".")).toSorted()).toEqual(
      [...new Set(scopes)].toSorted(),
    );
    expect(await readdir(place("app/dist"))).not.toContain("main.js.map");
  });

  it("serves as another user, writes to its data folder alone, and ends cleanly", async () => {
    await mkdir(place("data"));
    const [, owner = ""] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: Number(owner), gid: Number(owner) } : {};
    await chmod(folder, 0o755);
    if (isRoot) await execute("chown", [owner, place("data")]);
    const [port = 0] = await findFreePorts(1);
    const env = {
      ...environment(),
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      PORT: String(port),
      CHATNEST_DATA: place("data"),
      CHATNEST_API_KEYS: "cnk_a-key-of-the-image-0123456789-abc",
    };
    const [, ...args] = [...wordsOf("ENTRYPOINT"), ...wordsOf("^CMD")];
    const words = args.map((word) => word.replace("/app", place("app")));
    const options = { cwd: place("app"), env, ...user };
    const server = spawn(process.execPath, words, {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(server, "exit");
    let said = "";
    for (const output of [server.stdout, server.stderr]) {
      output.on("data", (data: Buffer) => {
        said += String(data);
      });
    }
    try {
      const [, ...check] = wordsOf("^ {4}CMD");
      const isHealthy = () => execute(process.execPath, check, options).then(() => true);
      await until(isHealthy, { timeoutMs: 20_000, what: `it is healthy: ${said}` });
      const sent = await fetch(`http://127.0.0.1:${port}/messages/`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${env.CHATNEST_API_KEYS}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ user_id: "ann", content: "hi", conversation_id: "tea" }),
      });
      expect(sent.status).toBe(201);
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect(await page.text()).toContain("<title>ChatNest</title>");
      const elsewhere = { ...options, env: { ...env, PORT: "1" } };
      await expect(execute(process.execPath, check, elsewhere)).rejects.toThrow();
    } finally {
      server.kill("SIGTERM");
    }
    expect((await exited)[0], said).toBe(0);
    expect(await readdir(place("data"))).toEqual(["chatnest.db"]);
  });

  it("refuses to start open to everybody", async () => {
    const [, ...args] = [...wordsOf("ENTRYPOINT"), ...wordsOf("^CMD")];
    const words = args.map((word) => word.replace("/app", place("app")));
    const env = { PATH: process.env["PATH"], ...environment(), CHATNEST_DATA: place("none") };
    const failed = execute(process.execPath, words, { cwd: place("app"), env });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("HOST opens the server"),
    });
  });
});
