import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { toEnvFile } from "./env-file.ts";
import { settingsTable } from "./table.ts";

const read = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

it("has every setting in .env.example, with its default and its meaning", () => {
  expect(read(".env.example")).toBe(toEnvFile());
});

it("has every setting in docs/configuration.md, with its default and its meaning", () => {
  const [, table = ""] = read("docs/configuration.md").split("\n## Settings\n");
  const rows = [...(table.split("\n\nOther variables")[0]?.matchAll(/^\| (`.+) \|$/gm) ?? [])];
  const cells = rows.map(([, row = ""]) => row.split(" | ").map((cell) => cell.trim()));
  expect(cells).toEqual(
    settingsTable.map(({ name, default: value, description }) => [
      `\`${name}\``,
      value === undefined ? "" : `\`${value}\``,
      description,
    ]),
  );
});

it("has no cell that would break the table", () => {
  for (const { description } of settingsTable) expect(description).not.toMatch(/[|\n]/);
});
