import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { newFolder } from "./folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));

/** Reads the commands of the README, with the root scripts in the place of npm, which would run them in their own folder. */
async function readCommands(): Promise<string> {
  const readme = await readFile(`${root}/README.md`, "utf8");
  const [, commands = ""] = /## On a network\n\n```sh\n(.*?)```/s.exec(readme) ?? [];
  expect(commands.trim().split("\n")).toHaveLength(5);
  const { scripts } = JSON.parse(await readFile(`${root}/package.json`, "utf8"));
  for (const name of ["setup", "build", "chatnest", "serve"]) expect(scripts).toHaveProperty(name);
  return `set -eu
npm() {
  shift; if [ "$1" = --silent ]; then shift; fi; name=$1; shift; if [ $# -gt 0 ]; then shift; fi
  case $name in
    setup | build) ;;
    chatnest) "${process.execPath}" "${program}" "$@" ;;
    serve) exec "${process.execPath}" "${program}" serve ;;
    *) exit 9 ;;
  esac
}
${commands}`;
}

/** Runs the commands in a folder, and returns the port that the server listens on beyond loopback. */
async function serve(cwd: string) {
  const env = { PATH: process.env["PATH"], PORT: "0" };
  const shell = spawn("sh", ["-c", await readCommands()], { cwd, env, timeout: 60_000 });
  for await (const line of createInterface({ input: shell.stdout })) {
    const [, port] = /"url":"http:\/\/[^"]+:(\d+)"/.exec(line) ?? [];
    if (port === undefined) continue;
    return {
      url: `http://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        const ended = once(shell, "exit");
        shell.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error("the server did not begin");
}

it("the README's commands put it on a network, with a key and tokens, behind a proxy", async () => {
  await using folder = await newFolder();
  await using server = await serve(folder.path);
  const settings = Object.fromEntries(
    (await readFile(`${folder.path}/.env`, "utf8"))
      .trim()
      .split("\n")
      .map((line) => line.split("=") as [string, string]),
  );
  expect(settings).toEqual({
    CHATNEST_API_KEYS: expect.stringMatching(/^cnk_/),
    CHATNEST_JWT_SECRET: expect.stringMatching(/^cnk_/),
    HOST: "0.0.0.0",
    CHATNEST_TRUST_PROXY: "1",
  });
  const args = [program, "token", "--user", "ann", "--ttl", "1h"];
  const { CHATNEST_JWT_SECRET = "" } = settings;
  const token = await runCommand(process.execPath, args, {
    timeoutMs: 10_000,
    env: { CHATNEST_JWT_SECRET },
  });
  const ask = async (path: string, credential?: string) => {
    // As the proxy hands it on.
    const headers = new Headers({ "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" });
    if (credential !== undefined) headers.set("authorization", `Bearer ${credential.trim()}`);
    return (await fetch(server.url + path, { headers })).status;
  };
  expect(await ask("/conversations/ann")).toBe(401);
  expect(await ask("/conversations/ann", settings["CHATNEST_API_KEYS"])).toBe(200);
  expect(await ask("/conversations/ann", token)).toBe(200);
  expect(await ask("/conversations/bob", token)).toBe(403);
});
