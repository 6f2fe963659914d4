import { readFile, writeFile } from "node:fs/promises";

const page = new URL("../../docs/performance.md", import.meta.url);

/** Puts a text between the two markers of a section of docs/performance.md. */
export async function writeSection(name: "table" | "costs", text: string): Promise<void> {
  await writeFile(page, replaceSection(await readFile(page, "utf8"), name, text));
}

/**
 * Replaces what stands between the two markers of a section.
 * @throws Error when one of them is missing.
 */
export function replaceSection(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`];
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no section ${name}`);
  return `${page.slice(0, from + start.length)}\n${text}\n\n${page.slice(to)}`;
}
