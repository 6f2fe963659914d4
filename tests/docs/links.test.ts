import { access, glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

it("has no link to a file or a heading that is not there", async () => {
  const broken: string[] = [];
  let links = 0;
  for await (const page of glob("{*.md,docs/**/*.md}", { cwd: root })) {
    const markdown = await readFile(join(root, page), "utf8");
    for (const [, target = ""] of markdown.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^\w+:/.test(target)) continue;
      links++;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      const isThere = await access(join(root, file)).then(
        () => true,
        () => false,
      );
      const text = isThere && file.endsWith(".md") ? await readFile(join(root, file), "utf8") : "";
      if (!isThere || (anchor && !anchorsOf(text).includes(anchor))) {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  expect(links).toBeGreaterThan(50);
  expect(broken).toEqual([]);
});

it("has every page of docs in the index", async () => {
  const index = await readFile(join(root, "docs/README.md"), "utf8");
  for await (const page of glob("*.md", { cwd: join(root, "docs") })) {
    if (page !== "README.md") expect(index, page).toContain(`](${page})`);
  }
});
