import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pnpm = join(root, "node_modules/.bin/pnpm");

/** Licences of what runs where ChatNest runs: they ask for no more than to be named. */
const shipped = [
  "MIT",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
];
/** Licences of tools, which stay with who builds. */
const tools = [...shipped, "MPL-2.0", "Python-2.0", "PSF-2.0", "CC-BY-4.0", "CC0-1.0", "Unlicense"];
/** Packages whose install scripts run, and why they do: see pnpm-workspace.yaml. */
const built = ["esbuild", "node", "pnpm"];

interface Package {
  name: string;
  versions: string[];
}

/** Lists what is installed, by the licence that each names. */
async function listLicences(...args: string[]): Promise<[licence: string, name: string][]> {
  const text = await runCommand(pnpm, ["-r", "licenses", "list", "--json", ...args], {
    timeoutMs: 60_000,
    env: { CI: "true" },
  });
  const byLicence = JSON.parse(text) as Record<string, Package[]>;
  return Object.entries(byLicence).flatMap(([licence, packages]) =>
    packages.map(({ name, versions }): [string, string] => [licence, `${name}@${versions}`]),
  );
}

// Of several licences to choose from one is enough, of several that hold together each has to be known.
function isKnown(licence: string, known: readonly string[]): boolean {
  const choices = licence.replaceAll(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((name) => known.includes(name)));
}

describe("the licence of", () => {
  it.each([
    { what: "what ships", args: ["--prod"], known: shipped, countMin: 20 },
    { what: "everything that is installed", args: [], known: tools, countMin: 100 },
  ])("$what is a known one", async ({ args, known, countMin }) => {
    const licences = await listLicences(...args);
    expect(licences.length).toBeGreaterThan(countMin);
    expect(licences.filter(([licence]) => !isKnown(licence, known))).toEqual([]);
  });

  it.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["MIT AND GPL-3.0", false],
    ["GPL-3.0", false],
    ["Unknown", false],
  ])("%s is known: %s", (licence, expected) => {
    expect(isKnown(licence, tools)).toBe(expected);
  });
});

describe("what is installed", () => {
  it("runs no install script but those that are named", async () => {
    const workspace = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
    const [, rules = ""] = /^allowBuilds:\n((?: {2}.*\n)+)/m.exec(workspace) ?? [];
    const allowed = [...rules.matchAll(/^ {2}"?([^":#\s]+)"?: true$/gm)].map(([, name]) => name);
    expect(allowed.toSorted()).toEqual(built);
    expect(workspace).not.toMatch(/dangerouslyAllowAllBuilds/);
  });

  it("is named with its checksum in the lockfile, and comes from a registry", async () => {
    const lockfile = await readFile(join(root, "pnpm-lock.yaml"), "utf8");
    const resolutions = lockfile.match(/^ {4}resolution: .*$/gm) ?? [];
    expect(resolutions.length).toBeGreaterThan(200);
    const other = /^ {4}resolution: \{integrity: sha512-[\w+/=]+(?:, deprecated.*)?\}$/;
    expect(resolutions.filter((line) => !other.test(line))).toEqual([]);
  });
});
