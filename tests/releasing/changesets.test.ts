import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const folder = new URL("../../.changeset/", import.meta.url);
const entry = '"(?:@chatnest/(?:client|react)|chatnest)": (?:patch|minor|major)\n';

it("has changesets that name published packages as `changeset version` reads them", async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  for (const name of names) {
    const text = await readFile(new URL(name, folder), "utf8");
    expect(text, name).toMatch(new RegExp(`^---\n(?:${entry})+---\n\n\\S`));
  }
});
