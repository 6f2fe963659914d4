import { expect, test } from "vitest";
import { replaceSection } from "./page.ts";

const page = "# Title\n\n<!-- bench:table -->\nold\n<!-- /bench:table -->\n\nmore\n";

test("only what stands between the markers is replaced", () => {
  const replaced = replaceSection(page, "table", "new");
  expect(replaced).toBe(
    "# Title\n\n<!-- bench:table -->\n\nnew\n\n<!-- /bench:table -->\n\nmore\n",
  );
  expect(replaceSection(replaced, "table", "new")).toBe(replaced);
});

test("a page without the section is refused", () => {
  expect(() => replaceSection(page, "costs", "new")).toThrow("no section costs");
});
