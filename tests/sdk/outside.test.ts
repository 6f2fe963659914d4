import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { startServer } from "../support/server.ts";
import { type CompilerSetup, compile } from "./compile.ts";
import type { readInTime } from "./consumer/browser.ts";
import type { talk } from "./consumer/talk.ts";
import { type OutsideProject, packOutside } from "./pack.ts";

type Told = Awaited<ReturnType<typeof talk>>;
type Read = Awaited<ReturnType<typeof readInTime>>;

const kib = 1_024;
const setups: CompilerSetup[] = [
  { resolution: "bundler", hasDom: false },
  { resolution: "nodenext", hasDom: false },
  { resolution: "bundler", hasDom: true },
  { resolution: "nodenext", hasDom: true },
];

let project: OutsideProject;
beforeAll(async () => {
  project = await packOutside();
});
afterAll(() => project[Symbol.asyncDispose]());

test("the package holds what a consumer needs, and asks for nothing else", async () => {
  const files = await readdir(project.client, { recursive: true });
  expect(files.toSorted()).toEqual([
    "LICENSE",
    "README.md",
    "dist",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/index.js.map",
    "dist/trpc.LICENSE",
    "package.json",
  ]);
  const manifest = JSON.parse(await readFile(join(project.client, "package.json"), "utf8"));
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest).not.toHaveProperty("peerDependencies");
});

test("the bundle imports nothing, and has no code of the server", async () => {
  const code = await readBuilt("index.js");
  expect(code).not.toMatch(/@chatnest\/api|\bzod\b|node:|\brequire\(|\bprocess\.|\bBuffer\b/i);
  expect(code).not.toMatch(/^\s*import\b|\bimport\(|\bfrom\s*["']/m);
  expect(await readBuilt("index.d.ts")).not.toMatch(/\bimport\b.*["']|\bfrom\s*["']|<reference/);
});

test("the bundle and its declarations are small", async () => {
  expect(gzipSync(await readBuilt("index.js")).length).toBeLessThan(15 * kib);
  const declarations = await readBuilt("index.d.ts");
  // What the compiler keeps in memory; editors show the comments.
  const bare = declarations.replaceAll(/\s*\/\*\*.*?\*\//gs, "");
  expect(bare.length).toBeLessThan(8 * kib);
  expect(gzipSync(declarations).length).toBeLessThan(8 * kib);
});

test.each(setups)("a consumer compiles: $resolution, DOM $hasDom", (setup) => {
  const files = setup.hasDom ? ["talk.ts", "browser.ts"] : ["talk.ts"];
  expect(compile(project.directory, files, setup)).toEqual([]);
});

test("what a consumer gets wrong does not compile", async () => {
  const wrong = `import { createChatClient } from "@chatnest/client";
createChatClient({ url: "" }).messages.send({ user_id: 1, content: "Hello" });
`;
  await writeFile(join(project.directory, "wrong.ts"), wrong);
  for (const setup of setups) {
    const complaints = compile(project.directory, ["wrong.ts"], setup);
    expect(complaints).toEqual([
      expect.stringContaining("wrong.ts:2 Type 'number' is not assignable to type 'string'"),
    ]);
  }
});

test("the compiled consumer sends a message and reads it", async () => {
  await using server = await startServer();
  compile(project.directory, ["talk.ts", "browser.ts"], { resolution: "nodenext", hasDom: true });
  const program = `
    const { talk } = await import(${toSource("out/talk.js")});
    console.log(JSON.stringify(await talk(${JSON.stringify(server.url)})));`;
  const told: Told = JSON.parse(await runNode(program));
  expect(told.sent).toMatchObject({ conversation_id: "outside", user_id: "茶", seq: 1 });
  expect(told.found).toEqual(told.sent);
  expect(told.refused).toBe("validation_failed: content");
});

test("the compiled consumer brings its own fetch and signal", async () => {
  await using server = await startServer();
  const message = { id: "greeting-1", conversation_id: "tea", user_id: "ada", content: "Hello" };
  await server.store.messages.append(message);
  const program = `
    const { createTracedClient, readInTime } = await import(${toSource("out/browser.js")});
    console.log(JSON.stringify(await readInTime(createTracedClient(${JSON.stringify(server.url)}))));`;
  compile(project.directory, ["browser.ts"], { resolution: "bundler", hasDom: true });
  const read: Read = JSON.parse(await runNode(program));
  expect(read).toMatchObject(message);
});

test("the README's examples compile and run as printed", async () => {
  await using server = await startServer();
  const readme = await readFile(join(project.client, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  const code = blocks.join("\n").replaceAll("http://localhost:8000", server.url);
  await writeFile(join(project.directory, "readme.ts"), code);
  const setup: CompilerSetup = { resolution: "nodenext", hasDom: true };
  expect(compile(project.directory, ["readme.ts"], setup)).toEqual([]);
  const printed = await runNode(`await import(${toSource("out/readme.js")})`);
  expect(printed).toMatch(/^1 \[.*ada Hello\ncontent /s);
});

function readBuilt(name: string): Promise<string> {
  return readFile(join(project.client, "dist", name), "utf8");
}

function toSource(file: string): string {
  return JSON.stringify(pathToFileURL(join(project.directory, file)).href);
}

function runNode(program: string): Promise<string> {
  const args = ["--input-type=module", "--eval", program];
  return runCommand(process.execPath, args, { timeoutMs: 10_000 });
}
