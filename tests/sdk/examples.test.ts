import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../support/command.ts";
import { startServer } from "../support/server.ts";
import { compile } from "./compile.ts";
import { type OutsideProject, packOutside } from "./pack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = await readdir(join(root, "docs/guide"));
const pages = [
  "README.md",
  "packages/client/README.md",
  ...guide.toSorted().map((name) => `docs/guide/${name}`),
];
// What the types of tRPC need.
const libs = ["dom.asynciterable", "esnext.disposable"];

let project: OutsideProject;
let complaints: string[];
beforeAll(async () => {
  project = await packOutside();
  const scope = join(project.directory, "node_modules/@trpc");
  await mkdir(scope);
  await symlink(join(root, "tests/node_modules/@trpc/client"), join(scope, "client"));
  await symlink(join(root, "packages/client/node_modules/@trpc/server"), join(scope, "server"));
  for (const page of pages) {
    const code = blocksOf(await readPage(page), "ts").join("\n");
    await writeFile(join(project.directory, `${toName(page)}.ts`), `${code}\nexport {};\n`);
  }
  const files = pages.map((page) => `${toName(page)}.ts`);
  complaints = compile(project.directory, files, libs);
});
afterAll(() => project?.[Symbol.asyncDispose]());

test("the examples compile", () => {
  expect(pages.length).toBeGreaterThanOrEqual(5);
  expect(complaints).toEqual([]);
});

// A page is one program: its blocks follow one another, and print what the page shows.
test.each(pages)("the examples of %s print what is shown", async (page) => {
  await using server = await startServer();
  const compiled = join(project.directory, `out/${toName(page)}.js`);
  const code = await readFile(compiled, "utf8");
  await writeFile(compiled, code.replaceAll("http://localhost:8000", server.url));
  const printed = await runNode(compiled);
  const shown = blocksOf(await readPage(page), "text")
    .join("")
    .trim();
  // What comes live comes between other lines.
  if (shown) expect(printed.split("\n").toSorted()).toEqual(shown.split("\n").toSorted());
});

test("the React example of the guide is the one that is built and run in a browser", async () => {
  const [example] = blocksOf(await readPage("docs/guide/live.md"), "tsx");
  const main = join(root, "examples/react/src/main.tsx");
  expect(await readFile(main, "utf8")).toContain(example);
});

function readPage(page: string): Promise<string> {
  return readFile(join(root, page), "utf8");
}

function toName(page: string): string {
  return page.replaceAll(/\W/g, "-");
}

function blocksOf(markdown: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...markdown.matchAll(fence)].map(([, code]) => code ?? "");
}

function runNode(file: string): Promise<string> {
  const program = `await import(${JSON.stringify(pathToFileURL(file))})`;
  const args = ["--input-type=module", "--eval", program];
  return runCommand(process.execPath, args, { timeoutMs: 10_000 });
}
