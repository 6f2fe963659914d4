import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conversationStream } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { type RunningServer, runChatnest, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { exported, fillFolder, inStore } from "./kit.ts";

describe("beside a server on the embedded store", { timeout: 120_000 }, () => {
  it("backup copies all that was acknowledged before it, while the server goes on", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 20_000);
    await using server = await startServer({ cwd, env: { CHATNEST_RATE_LIMIT: "0" } });
    const load = new Load(server);
    await load.untilSent(200);
    const before = load.sent;
    const result = await runChatnest(["backup", "copy/../backup.db", "--json"], { cwd });
    const after = load.sent;
    const sent = await load.stop();
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(after).toBeGreaterThan(before);
    expect((await stat(join(cwd, "backup.db"))).mode & 0o777).toBe(0o600);
    expect((await server.stop()).code).toBe(0);
    await expect(stat(join(cwd, "data", "chatnest.sock"))).rejects.toThrow("ENOENT");

    const restored = join(cwd, "restored");
    await mkdir(join(restored, "data"), { recursive: true });
    await cp(join(cwd, "backup.db"), join(restored, "data", "chatnest.db"));
    expect(await runChatnest(["check"], { cwd: restored })).toMatchObject({ code: 0 });
    const head = await inStore(restored, headOfLoad);
    expect(head).toBeGreaterThanOrEqual(before);
    expect(head).toBeLessThanOrEqual(sent);
    expect(await inStore(cwd, headOfLoad)).toBe(sent);
  });

  it("export and check read the store of the server under load", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 5_000);
    await using server = await startServer({ cwd, env: { CHATNEST_RATE_LIMIT: "0" } });
    const load = new Load(server);
    await load.untilSent(50);
    const before = load.sent;
    expect(await runChatnest(["check"], { cwd })).toMatchObject({ code: 0, stderr: "" });
    const { text } = await exported(cwd);
    await load.stop();
    const loaded = text.slice(text.indexOf('"id":"load"'));
    const end = /"type":"end","members":1,"entries":(\d+)/.exec(loaded);
    expect(Number(end?.[1])).toBeGreaterThanOrEqual(before);
    expect((await server.stop()).code).toBe(0);
    const next = join(cwd, "next");
    await mkdir(next);
    expect((await runChatnest(["import", "../out.jsonl"], { cwd: next })).code).toBe(0);
    expect((await exported(next)).text).toBe(text);
  });

  it("import of an export is refused, and says to stop the server", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 50);
    await exported(cwd);
    await using server = await startServer({ cwd });
    const result = await runChatnest(["import", "out.jsonl"], { cwd });
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining("stop the server")]);
    expect((await server.stop()).code).toBe(0);
  });

  it("a killed server leaves a socket that harms nobody", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await using server = await startServer({ cwd });
    const socket = join(cwd, "data", "chatnest.sock");
    await expect.poll(() => stat(socket).catch(() => undefined)).toBeDefined();
    await server.stop("SIGKILL");
    expect((await stat(socket)).isSocket()).toBe(true);
    expect((await runChatnest(["backup", "a.db"], { cwd })).code).toBe(0);
    await using again = await startServer({ cwd });
    expect((await runChatnest(["backup", "b.db"], { cwd })).code).toBe(0);
    expect((await again.stop()).code).toBe(0);
  });
});

describe("chatnest backup", { timeout: 60_000 }, () => {
  it("keeps the older file when it fails, and leaves nothing behind", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 50);
    await writeFile(join(cwd, "old.db"), "precious");
    const file = join(cwd, "data", "chatnest.db");
    const damaged = await readFile(file);
    // The root page of a table or an index, in the middle of the file.
    damaged.fill(0xff, 4_096 * 3, 4_096 * 4);
    await writeFile(file, damaged);
    // As SQLite leaves it when the disk is full.
    await writeFile(join(cwd, "old.db.partial-journal"), "");
    const result = await runChatnest(["backup", "old.db"], { cwd });
    expect(result.code).toBe(1);
    expect(await readFile(join(cwd, "old.db"), "utf8")).toBe("precious");
    expect(await readdir(cwd)).toEqual(["data", "lines.jsonl", "old.db"]);
  });

  it("refuses what cannot be, in one line", async () => {
    await using folder = await newFolder();
    const cwd = folder.path;
    await fillFolder(cwd, 50);
    const refusals: [string[], Record<string, string>, string][] = [
      [["backup", "data/chatnest.db"], {}, "is the store itself"],
      [["backup", "no/such/folder/b.db"], {}, "cannot write the backup"],
      [["backup", "b.db"], { MONGODB_URI: "mongodb://localhost/x" }, "mongodump"],
      [["backup", "b.db"], { CHATNEST_DATA: ":memory:" }, "only in the memory"],
      [["export", "no/such/folder/e"], {}, "cannot write"],
      [["export", "-", "--resume"], {}, "needs a file"],
    ];
    for (const [args, env, expected] of refusals) {
      const { code, stderr } = await runChatnest(args, { cwd, env });
      expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });
});

/** Sends without a pause. */
class Load {
  readonly #url: string;
  #isStopped = false;
  sent = 0;
  readonly #ended: Promise<void>;

  constructor({ url }: RunningServer) {
    this.#url = url;
    this.#ended = this.#run();
  }

  async untilSent(count: number): Promise<void> {
    await expect.poll(() => this.sent, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
  }

  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#ended;
    return this.sent;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const answer = await fetch(`${this.#url}/messages/`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ user_id: "ann", conversation_id: "load", content: `${this.sent}` }),
      });
      if (answer.status !== 201) throw new Error(`answered ${answer.status}`);
      await answer.arrayBuffer();
      this.sent++;
    }
  }
}

async function headOfLoad(store: Parameters<Parameters<typeof inStore>[1]>[0]): Promise<number> {
  const stream = conversationStream("load");
  return (await store.log.heads([stream])).get(stream)?.seq ?? 0;
}
