import { mkdtemp, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePorts } from "../support/free-port.ts";
import { until } from "../support/until.ts";
import { type CompilerSetup, compile, strict } from "./compile.ts";
import { newProject, type Project } from "./project.ts";
import { run } from "./run.ts";
import { startGroup } from "./start-group.ts";
import { compilerVersions, nodeVersions, toNode } from "./tools.ts";

let project: Project;
beforeAll(async () => {
  project = await newProject("tests/consumers/hosts/empty", { "@types/node": "^24" });
});
afterAll(() => project?.[Symbol.asyncDispose]());

describe("the package chatnest", () => {
  it.each([
    // As a terminal does by Ctrl-C: npm itself hands no SIGTERM on.
    ["npx --no-install chatnest", "SIGINT"],
    ["../node_modules/.bin/chatnest serve", "SIGTERM"],
  ] as const)("serves in an empty folder and stops cleanly: %s", async (command, signal) => {
    const folder = await mkdtemp(join(project.directory, "empty-"));
    const [port = 0] = await findFreePorts(1);
    const env = { PATH: process.env["PATH"], HOME: project.directory, PORT: String(port) };
    const [program = "", ...args] = command.split(" ");
    await using server = startGroup(program, args, { cwd: folder, env });
    const url = `http://127.0.0.1:${port}`;
    const isUp = async () => (await fetch(`${url}/readyz`)).ok;
    await until(isUp, { timeoutMs: 30_000, what: "the server is ready" });
    const sent = await fetch(`${url}/messages/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user_id: "ann", content: "Hi", conversation_id: "room" }),
    });
    expect(sent.status).toBe(201);
    const read = await fetch(`${url}/messages/room`);
    expect(await read.json()).toMatchObject([{ content: "Hi", seq: 1 }]);
    const page = await (await fetch(url)).text();
    const [, file] = /<script [^>]*src="([^"]+)"/.exec(page) ?? [];
    expect((await fetch(`${url}${file}`)).status).toBe(200);
    const script = await fetch(`${url}/docs/swagger-ui-bundle.js`);
    expect((await script.text()).length).toBeGreaterThan(100_000);
    const { code, said } = await server.end(signal);
    expect(said).toContain("stopped");
    if (program.endsWith("chatnest")) expect(code).toBe(0);
    // What a clean stop leaves: one file, without a log to be read.
    expect(await readdir(join(folder, "data"))).toEqual(["chatnest.db"]);
  });

  it.each(nodeVersions.filter((version) => Number.parseInt(version, 10) < 24))(
    "says on Node %s which one it needs",
    async (version) => {
      const main = join(project.directory, "node_modules/chatnest/dist/main.js");
      const running = run(toNode(version), [main], project.directory);
      await expect(running).rejects.toThrow(
        /failed:\nchatnest: needs Node\.js 24\.16 or newer: this is 2[02]\.\d+\.\d+ \(.+\)\n$/,
      );
    },
  );

  it("brings no telemetry, nothing of this workspace, and is small", async () => {
    const modules = join(project.directory, "node_modules");
    const installed = await readdir(modules);
    expect(installed).not.toContain("@scarf");
    expect(installed).not.toContain("@chatnest");
    expect(installed).not.toContain("swagger-ui-dist");
    const files = await readdir(join(modules, "chatnest"), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "dist/index.d.ts"]));
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(join(modules, "chatnest", file))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6 * 1024 * 1024);
  });
});

const setups: CompilerSetup[] = [
  { module: "esnext", moduleResolution: "bundler" },
  { module: "nodenext", moduleResolution: "nodenext" },
].map((resolution) => ({
  name: `mount ${resolution.moduleResolution}`,
  files: ["mount.ts"],
  options: { ...strict, ...resolution, target: "es2024", lib: ["es2024"], types: ["node"] },
}));

describe.each(compilerVersions)("createChatNest with TypeScript %s", (version) => {
  it.each(setups)("compiles with libraries checked, and runs: $name", async (setup) => {
    const out = await compile(project.directory, version, setup);
    expect(await run(process.execPath, [`${out}/mount.js`], project.directory)).toBe("200 true");
  });
});
