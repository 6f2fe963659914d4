import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Meta } from "./rest.ts";
import { appRouter } from "./root.ts";
import { type Rule, rules } from "./rules.ts";

const page = new URL("../../../docs/security.md", import.meta.url);

/** Says in words what a rule says of users. */
function tell(rule: Rule): string {
  if (rule.who === "servers") return "refused (403)";
  const isMember = rule.isMember !== undefined;
  if (rule.isSelf && isMember) return "as itself, where it is a member";
  if (rule.isSelf) return "as itself";
  return isMember ? "where it is a member" : "any user";
}

/** Shows the rules as the page has to. */
function writeTable(): string[][] {
  const procedures: unknown = appRouter._def.procedures;
  const metas = procedures as Record<string, { _def: { meta?: Meta } }>;
  const rows = Object.entries<Rule>(rules).map(([name, rule]) => {
    const rest = metas[name]?._def.meta?.rest;
    const isLimited = rule.who === "users" && rule.isLimited;
    const path = rest ? `\`${rest.method} ${rest.path}\`` : "";
    return [`\`${name}\``, path, tell(rule), isLimited ? "yes" : ""];
  });
  return [["procedure", "REST", "a user's token may call it", "limited"], ...rows];
}

function readTable(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const isRule = (line: string) => /^\|[\s|:-]+\|$/.test(line);
  const start = lines.findIndex((line) => line.startsWith("| procedure"));
  const table = lines.slice(start).filter((line) => !isRule(line));
  return table.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it("docs/security.md shows the rules as they are", async () => {
  const table = writeTable();
  const text = table.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const shown = readTable(await readFile(page, "utf8")).slice(0, table.length);
  expect(shown, `the table has to be:\n${text}`).toEqual(table);
});
