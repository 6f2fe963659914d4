import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { openMongoStore } from "@chatnest/db";
import { describe, expect, inject, it } from "vitest";
import { RunningCommand, runChatnest } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { until } from "../support/until.ts";
import { exported, fillFolder, newDatabase } from "./kit.ts";

const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");

describe("chatnest migrate", { timeout: 180_000 }, () => {
  it("moves a store to MongoDB and back, also when it is killed in between", async () => {
    await using folder = await newFolder();
    await using database = newDatabase(deployment.uri);
    const cwd = folder.path;
    await fillFolder(cwd, 1_400);
    const { text } = await exported(cwd);
    const there = ["migrate", "--from", "sqlite:data", "--to", database.uri];
    for (const stored of [150, 700]) {
      await using running = new RunningCommand(there, { cwd });
      const isThere = async () => (await database.countEntries()) >= stored;
      await until(isThere, { timeoutMs: 60_000, what: `${stored} entries are there` });
      running.process.kill("SIGKILL");
      expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
    }
    const moved = await runChatnest([...there, "--json"], { cwd });
    expect([moved.code, moved.stderr]).toEqual([0, ""]);
    expect(JSON.parse(moved.stdout)).toMatchObject({ isMigrated: true, differing: 0 });
    const env = { MONGODB_URI: database.uri };
    expect((await exported(cwd, env)).text).toBe(text);
    expect((await runChatnest(["check"], { cwd, env })).code).toBe(0);

    const twice = await runChatnest(there, { cwd });
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining("is not empty")]);

    const next = join(cwd, "next");
    await mkdir(next);
    const back = ["migrate", "--from", database.uri, "--to", "sqlite:data"];
    expect((await runChatnest(back, { cwd: next })).code).toBe(0);
    expect(await readdir(join(next, "data"))).toEqual(["chatnest.db"]);
    expect((await exported(next)).text).toBe(text);
    expect((await runChatnest(["check"], { cwd: next })).code).toBe(0);
  });

  it("refuses another target than an empty one, and a source that is not there", async () => {
    await using folder = await newFolder();
    await using database = newDatabase(deployment.uri);
    const cwd = folder.path;
    await fillFolder(cwd, 50);
    const store = openMongoStore({ uri: database.uri });
    await store.ready;
    await store.transfer.setSource("another");
    await store.close();
    const refusals: [string, string, string][] = [
      ["sqlite:data", database.uri, "a migration from another store"],
      ["sqlite:nowhere.db", database.uri, "there is no store at nowhere.db"],
      ["sqlite:data", "sqlite:./data/chatnest.db", "are the same store"],
      [database.uri, database.uri.replace("?", "?appName=again&"), "are the same store"],
      ["postgres://host/db", database.uri, "a store is sqlite:FOLDER"],
    ];
    for (const [from, to, expected] of refusals) {
      const { code, stderr } = await runChatnest(["migrate", "--from", from, "--to", to], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
    }
  });
});
