import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { RunningCommand, runChatnest } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { exported, fillFolder, inStore, newDatabase } from "./kit.ts";

const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");

describe("chatnest export and import", { timeout: 120_000 }, () => {
  it("give the same bytes through both stores, and nothing is written twice", async () => {
    await using folder = await newFolder();
    await using database = newDatabase(deployment.uri);
    const cwd = folder.path;
    await fillFolder(cwd);
    const { text, result } = await exported(cwd);
    expect(JSON.parse(result.stdout)).toMatchObject({ notes: 1, entries: 3_035 });
    expect((await stat(join(cwd, "out.jsonl"))).mode & 0o777).toBe(0o600);

    const env = { MONGODB_URI: database.uri };
    const first = await runChatnest(["import", "out.jsonl", "--json"], { cwd, env });
    expect([first.code, JSON.parse(first.stdout)]).toMatchObject([
      0,
      { entries: 3_035, existing: 0, differing: 0, isWhole: true },
    ]);
    expect((await exported(cwd, env)).text).toBe(text);
    const again = await runChatnest(["import", "out.jsonl", "--json"], { cwd, env });
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { written: 0, differing: 0 }]);
    const checked = await runChatnest(["check"], { cwd, env });
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is wrong") });

    const piped = await runChatnest(["export", "-"], { cwd, env });
    const next = join(cwd, "next");
    await mkdir(next);
    const back = await runChatnest(["import", "-"], { cwd: next, input: piped.stdout });
    expect(back.code).toBe(0);
    expect((await exported(next)).text).toBe(text);
    expect((await runChatnest(["check"], { cwd: next })).code).toBe(0);
  });

  it("leave a conversation alone that differs, and name it", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 200);
    const { text } = await exported(cwd);
    const member = { conversation_id: "room 1", user_id: "user-1" };
    await inStore(cwd, (store) => store.members.leave(member));
    const before = await exported(cwd);
    await writeFile(join(cwd, "old.jsonl"), header + text);
    const result = await runChatnest(["import", "old.jsonl", "--json"], { cwd });
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^conversation room 1: the member user-\d is not the same/),
    });
    expect(JSON.parse(result.stdout)).toMatchObject({ written: 0, differing: 1 });
    expect((await exported(cwd)).text).toBe(before.text);
  });

  it("refuse what is cut off or damaged, and write nothing of it", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 600);
    const { text } = await exported(cwd);
    const next = join(cwd, "next");
    await mkdir(next);
    const damages: [string, string, RegExp][] = [
      ["cut", text.slice(0, text.length / 2), /cut off: nothing was imported/],
      ["last", text.slice(0, text.lastIndexOf('{"type":"total"')), /cut off/],
      ["text", text.replace("text 12", "text 13"), /line \d+: .+checksum: the file is damaged/],
      ["line", text.replace(/\{"type":"entry".*\n/, ""), /checksum/],
      [
        "unit",
        text.replace(/\{"type":"conversation"[\s\S]*?"type":"end".*\n/, ""),
        /counts and checksum/,
      ],
    ];
    for (const [name, damaged, expected] of damages) {
      await writeFile(join(next, name), header + damaged);
      const result = await runChatnest(["import", name], { cwd: next });
      expect([name, result.code, result.stderr]).toEqual([
        name,
        1,
        expect.stringMatching(expected),
      ]);
    }
    expect(await readdir(next)).not.toContain("data");

    const newer = await runChatnest(["import", "-"], {
      cwd: next,
      input: '{"format":"chatnest-export","version":2,"exported_at":""}\n',
    });
    expect(newer).toMatchObject({ code: 1, stderr: expect.stringContaining("a newer ChatNest") });
    const partial = await runChatnest(["import", "cut", "--partial"], { cwd: next });
    expect(partial).toMatchObject({ code: 0, stderr: expect.stringContaining("is cut off") });
    await writeFile(join(next, "whole"), header + text);
    expect((await runChatnest(["import", "whole"], { cwd: next })).code).toBe(0);
    expect((await exported(next)).text).toBe(text);
  });

  it("continue an export at the last whole conversation", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 600);
    const { text } = await exported(cwd);
    for (const length of [10, 3_000, text.length / 2, text.length - 10]) {
      await writeFile(join(cwd, "out.jsonl.partial"), (header + text).slice(0, length));
      const { code, stderr } = await runChatnest(["export", "out.jsonl", "--resume"], { cwd });
      if (length === 10) {
        expect([code, stderr]).toEqual([1, expect.stringContaining("cannot go on")]);
        continue;
      }
      expect([code, stderr]).toEqual([0, ""]);
      const resumed = await readFile(join(cwd, "out.jsonl"), "utf8");
      expect(resumed).toBe(header + text);
    }
  });

  it("can be interrupted, and the export goes on where it was", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 12_000);
    const { text } = await exported(cwd);
    for (const ms of [300, 450, 600, 750]) {
      await using running = new RunningCommand(["export", "next.jsonl", "--resume"], { cwd });
      const timer = setTimeout(() => running.process.kill("SIGINT"), ms);
      const { code, stderr } = await running.ended;
      clearTimeout(timer);
      expect([null, 0, 130]).toContain(code);
      if (code === 130) expect(stderr).toContain("--resume");
    }
    expect((await runChatnest(["export", "next.jsonl", "--resume"], { cwd })).code).toBe(0);
    const resumed = await readFile(join(cwd, "next.jsonl"), "utf8");
    expect(resumed.slice(resumed.indexOf("\n") + 1)).toBe(text);
  });

  it("can be killed at any moment, and run again", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 12_000);
    const { text } = await exported(cwd);
    const next = join(cwd, "next");
    await mkdir(next);
    for (const [index, ms] of [400, 600, 800, 1_000, 1_200, 1_400].entries()) {
      await using running = new RunningCommand(["import", "../out.jsonl"], { cwd: next });
      const signal = index % 2 === 0 ? "SIGKILL" : "SIGINT";
      const timer = setTimeout(() => running.process.kill(signal), ms);
      const { code } = await running.ended;
      clearTimeout(timer);
      expect([null, 0, 130]).toContain(code);
    }
    const { code, stderr } = await runChatnest(["import", "../out.jsonl"], { cwd: next });
    expect([code, stderr]).toEqual([0, ""]);
    expect((await exported(next)).text).toBe(text);
    expect(await runChatnest(["check"], { cwd: next })).toMatchObject({ code: 0 });
  });
});

const header =
  '{"format":"chatnest-export","version":1,"exported_at":"2026-01-01T00:00:00.000Z"}\n';
