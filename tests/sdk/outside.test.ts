import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectTalk } from "../consumers/expect-talk.ts";
import type { readInTime } from "../consumers/programs/browser.ts";
import { append } from "../support/append.ts";
import { runCommand } from "../support/command.ts";
import { startServer } from "../support/server.ts";
import { compile } from "./compile.ts";
import { type OutsideProject, packOutside } from "./pack.ts";

type Read = Awaited<ReturnType<typeof readInTime>>;

const kib = 1_024;
let project: OutsideProject;
let complaints: string[];
beforeAll(async () => {
  project = await packOutside();
  complaints = compile(project.directory, ["talk.ts", "browser.ts"]);
});
afterAll(() => project[Symbol.asyncDispose]());

test("the package holds what a consumer needs, and asks for nothing else", async () => {
  const files = await readdir(project.client, { recursive: true });
  expect(files.toSorted()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist",
    "dist/eventsource-parser.LICENSE",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/index.js.map",
    "dist/outbox",
    "dist/outbox/index.d.ts",
    "dist/outbox/index.js",
    "dist/outbox/index.js.map",
    "dist/trpc.d.ts",
    "dist/trpc.js",
    "package.json",
  ]);
  const manifest = JSON.parse(await readFile(join(project.client, "package.json"), "utf8"));
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest.peerDependenciesMeta).toEqual({ "@trpc/server": { optional: true } });
  expect(Object.keys(manifest.peerDependencies)).toEqual(["@trpc/server"]);
});

test("the bundle imports nothing, and has no code of the server", async () => {
  const code = await readBuilt("index.js");
  expect(code).not.toMatch(/@chatnest\/api|\bzod\b|node:|\brequire\(|\bprocess\./i);
  expect(code).not.toMatch(/\bBuffer\b/);
  expect(code).not.toMatch(/^\s*import\b|\bimport\(|\bfrom\s*["']/m);
  expect(await importsOf("index.d.ts")).toEqual([]);
  expect(await importsOf("trpc.d.ts")).toEqual(["@trpc/server"]);
  // Its classes are those of the client beside it.
  expect(await importsOf("outbox/index.d.ts")).toEqual(["../index.js"]);
});

test("the source map tells the source of all there is", async () => {
  const map = JSON.parse(await readBuilt("index.js.map"));
  expect(map.sources.length).toBeGreaterThan(10);
  expect(map.sourcesContent).toHaveLength(map.sources.length);
  expect(map.sourcesContent).not.toContain(null);
});

// Measured as code is: minified. As they are, and gzipped, .size-limit.json holds them.
test("the declarations are small", async () => {
  expect(minify(await readBuilt("index.d.ts")).length).toBeLessThan(18 * kib);
});

// Other compilers and other ways to set them up are tried in tests/consumers.
test("a consumer compiles", () => {
  expect(complaints).toEqual([]);
});

test("the compiled consumer sends a message, receives it live and reads it", async () => {
  await expectTalk(project.directory, "out/talk.js");
});

test("the compiled consumer brings its own fetch and signal", async () => {
  await using server = await startServer();
  const message = { id: "greeting-1", conversation_id: "tea", user_id: "ada", content: "Hello" };
  await append(server.store, message);
  const program = `
    const { createTracedClient, readInTime } = await import(${toSource("out/browser.js")});
    console.log(JSON.stringify(await readInTime(createTracedClient(${JSON.stringify(server.url)}))));`;
  const read: Read = JSON.parse(await runNode(program));
  expect(read).toMatchObject(message);
});

function readBuilt(name: string): Promise<string> {
  return readFile(join(project.client, "dist", name), "utf8");
}

async function importsOf(name: string): Promise<string[]> {
  const { importedFiles, referencedFiles, typeReferenceDirectives, libReferenceDirectives } =
    ts.preProcessFile(await readBuilt(name), true, true);
  return [importedFiles, referencedFiles, typeReferenceDirectives, libReferenceDirectives]
    .flat()
    .map(({ fileName }) => fileName);
}

/** Takes from declarations what the compiler does not keep: docstrings and space. */
function minify(declarations: string): string {
  const file = ts.createSourceFile("index.d.ts", declarations, ts.ScriptTarget.Latest);
  const code = ts.createPrinter({ removeComments: true }).printFile(file);
  return code.replaceAll(/\s+/g, " ").replaceAll(/ ?([{}()[\]:;,<>|&?=]) ?/g, "$1");
}

function toSource(file: string): string {
  return JSON.stringify(pathToFileURL(join(project.directory, file)).href);
}

function runNode(program: string): Promise<string> {
  const args = ["--input-type=module", "--eval", program];
  return runCommand(process.execPath, args, { timeoutMs: 10_000 });
}
