import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { readContents } from "./read-back.ts";

describe("chatnest import", () => {
  it("reports bad lines by number, never by their text, and stores the others", async () => {
    await using folder = await newFolder();
    const lines = [
      message("one"),
      '{"user_id":"ann","content":"geheim"',
      JSON.stringify({ user_id: "ann", content: "geheim\0" }),
      "",
      JSON.stringify({ user_id: "ann", content: "geheim", seq: 1, "\u001b[2J": 1 }),
      message("x".repeat(16_385)),
      message(" ".repeat(2_000_000)),
      message("two"),
    ];
    const result = await importText(folder.path, lines.join("\n"));
    expect(result.code).toBe(1);
    expect(result.stderr.trimEnd().split("\n")).toEqual([
      "line 2: not JSON",
      expect.stringMatching(/^line 3: content: .+without NUL$/),
      "line 5: seq: unknown field; \\u{1b}[2J: unknown field",
      expect.stringMatching(/^line 6: content: 1 to 16384 characters/),
      "line 7: longer than 1 MiB",
    ]);
    expect(result.stdout).toContain("7 messages in ");
    expect(result.stdout).toContain(": 2 stored, 0 already there, 5 refused\n");
    expect(await contentsIn(folder.path)).toEqual(["one", "two"]);
  });

  it("stops at the first bad line when it is strict, and says what is stored", async () => {
    await using folder = await newFolder();
    const text = [message("one"), message("two"), "no", message("three")].join("\n");
    const result = await importText(folder.path, text, ["--strict"]);
    expect(result).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(": 2 stored, 0 already there, 1 refused\n"),
      stderr: "line 3: not JSON\nchatnest: stopped at line 3; every line before it is stored\n",
    });
    expect(await contentsIn(folder.path)).toEqual(["one", "two"]);
  });

  it("names the lines whose id is taken by another message", async () => {
    await using folder = await newFolder();
    const text = [message("one", "chosen-id"), message("two", "chosen-id")].join("\n");
    const result = await importText(folder.path, text);
    expect(result).toMatchObject({
      code: 1,
      stderr: "line 2: another entry has the id chosen-id\n",
    });
  });

  it("reads standard input, with a byte order mark, CRLF, blank lines and no last line end", async () => {
    await using folder = await newFolder();
    const input = `\uFEFF${message("one")}\r\n\r\n  \n${message("two\r\n")}\n${message("three")}`;
    const result = await runChatnest(["import", "-"], { cwd: folder.path, input });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(await contentsIn(folder.path)).toEqual(["one", "two\r\n", "three"]);
  });

  it("stores nothing twice when the file is given again, was renamed, or grew", async () => {
    await using folder = await newFolder();
    const text = `${message("one")}\n${message("one")}\n`;
    const first = await importText(folder.path, text);
    expect(first.stdout).toContain("2 stored, 0 already there");
    await writeFile(
      join(folder.path, "renamed.jsonl"),
      `${text}${message("one")}\n${message("two")}`,
    );
    const grown = await runChatnest(["import", "renamed.jsonl"], { cwd: folder.path });
    expect(grown).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2 stored, 2 already there"),
    });
    expect(await contentsIn(folder.path)).toEqual(["one", "one", "one", "two"]);
  });

  it("takes an empty file", async () => {
    await using folder = await newFolder();
    const result = await importText(folder.path, "");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain(": 0 stored, 0 already there, 0 refused");
  });

  it.each([
    ["nothing.jsonl", "cannot read nothing.jsonl: there is no such file"],
    [".", "cannot read .: it is a folder"],
  ])("says that it cannot read %s, and opens no store", async (file, text) => {
    await using folder = await newFolder();
    const result = await runChatnest(["import", file], { cwd: folder.path });
    expect(result).toMatchObject({ code: 1, stdout: "", stderr: `chatnest: ${text}\n` });
  });

  it("refuses a store that keeps nothing", async () => {
    await using folder = await newFolder();
    const env = { CHATNEST_DATA: ":memory:" };
    const result = await runChatnest(["import", "-"], { cwd: folder.path, env });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/^chatnest: CHATNEST_DATA=:memory: keeps nothing.+--url\n$/);
  });
});

function message(content: string, id?: string): string {
  return JSON.stringify({ id, user_id: "ann", conversation_id: "tea", content });
}

async function importText(cwd: string, text: string, options: string[] = []) {
  await writeFile(join(cwd, "chat.jsonl"), text);
  return runChatnest(["import", "chat.jsonl", ...options], { cwd });
}

async function contentsIn(cwd: string): Promise<string[]> {
  await using server = await startServer({ cwd });
  return await readContents(server.url, "tea");
}
