import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readBlocks } from "./blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const page = await read("docs/operations.md");

/** Reads all sources of a kind as one text, with the parts of texts that are broken over lines put together. */
async function readSources(pattern: string): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob(pattern, {
    cwd: root,
    exclude: (name) => name.includes("node_modules"),
  })) {
    if (!path.endsWith(".test.ts")) texts.push(await read(path));
  }
  return texts.join("\n").replace(/["`] \+\s+["`]/g, "");
}

const sources = [
  await readSources("apps/server/src/**/*.ts"),
  await readSources("packages/db/src/**/*.ts"),
  await readSources("packages/api/src/**/*.ts"),
].join("\n");

it("says what to do about every alert, and about no other", async () => {
  const alerts = (await read("deploy/prometheus/alerts.yaml")).matchAll(/- alert: (\w+)/g);
  const headings = page.matchAll(/^### (ChatNest\w+)\n\n\S/gm);
  const names = (found: Iterable<RegExpExecArray>) => [...found].map(([, name]) => name);
  expect(names(headings)).toEqual(names(alerts));
});

it("says what every metric tells, and of no other", () => {
  const [table = ""] = page.split("\n| metric ")[1]?.split("\n\n") ?? [];
  const told = [...table.matchAll(/`(chatnest_\w+)`/g)].map(([, name]) => name);
  const named = [...sources.matchAll(/name: "(chatnest_\w+)"/g)].map(([, name]) => name);
  expect(told.toSorted()).toEqual([...new Set(named)].toSorted());
});

it("quotes only what the server really says", () => {
  const [, tables = ""] = page.split("\n## When something fails\n");
  const rows = [...tables.matchAll(/^\| (.+?) +\| /gm)].map(([, cell = ""]) => cell);
  const quoted = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text));
  expect(quoted.length).toBeGreaterThan(18);
  const missing = quoted.filter((text = "") => !sources.includes(text));
  expect(missing).toEqual([]);
});

it("names only files that are there in what it does not run", async () => {
  const commands = readBlocks(page).filter(({ language }) => language === "console");
  const lines = commands.flatMap(({ code }) => code.trim().split("\n"));
  expect(lines.length).toBeGreaterThan(10);
  const programs = new Set(lines.map((line) => /^\$ (\S+) /.exec(line)?.[1]));
  expect([...programs].toSorted()).toEqual([
    ...["cp", "docker", "editor", "install", "kubectl", "mongodump", "mongorestore", "npm"],
    ...["systemctl", "useradd"],
  ]);
  for (const [, path = ""] of lines.join("\n").matchAll(/(deploy\/[\w./*-]+)/g)) {
    const found: string[] = [];
    for await (const name of glob(path, { cwd: root })) found.push(name);
    const isMade = path === "deploy/chatnest.env";
    expect(found.length > 0 || isMade, path).toBe(true);
  }
});
