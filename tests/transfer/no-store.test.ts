import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runChatnest } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";

// As somebody does who forgot CHATNEST_DATA, or is in the wrong folder.
describe("in a folder without a store", () => {
  it.each([
    ["backup", "b.db"],
    ["export", "e.jsonl"],
    ["check"],
    ["erase", "--user", "ann", "--mode", "delete", "--yes"],
    ["restored"],
    ["upgrade"],
  ])("%s says so, and makes nothing", async (...args) => {
    await using folder = await newFolder();
    const { code, stdout, stderr } = await runChatnest(args, { cwd: folder.path });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^chatnest: there is no store at data\/chatnest\.db: .+CHATNEST_DATA.+\n$/,
    );
    expect(await readdir(folder.path)).toEqual([]);
  });
});
