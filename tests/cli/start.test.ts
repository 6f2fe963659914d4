import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { RunningCommand, runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

describe("chatnest serve", () => {
  it("says in one line where it is, where its docs are, and what keeps its data", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    const lines = server.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    const url = `http://localhost:${server.port}`;
    const store = `SQLite ${join("data", "chatnest.db")}`;
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "info",
      url,
      docs: `${url}/docs`,
      store,
      callers: "callers on this machine, without credentials",
      durable: true,
      shared: false,
      processes: 1,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      msg: `ChatNest is ready: ${url}, docs at ${url}/docs, data in ${store}`,
    });
    expect(server.stderr).toBe("");
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
  });

  it("keeps what it was given over a restart", async () => {
    await using folder = await newFolder();
    const message = { user_id: "ann", content: "hi", conversation_id: "tea" };
    {
      await using server = await startServer({ cwd: folder.path });
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(message);
      const answer = await fetch(`${server.url}/messages/`, { method: "POST", headers, body });
      expect(answer.status).toBe(201);
      expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
    }
    await using server = await startServer({ cwd: folder.path });
    expect(await (await fetch(`${server.url}/messages/tea`)).json()).toMatchObject([message]);
  });

  it("names a port that is in use and says how to change it", async () => {
    await using folder = await newFolder();
    await using other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const env = { PORT: String(port) };
    expect(await runChatnest(["serve"], { cwd: folder.path, env })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `chatnest: port ${port} is in use: stop the program that uses it, or set another one, such as PORT=${port + 1}\n`,
    });
  });

  it("says that another server holds the store", async () => {
    await using folder = await newFolder();
    await using server = await startServer({ cwd: folder.path });
    const refused = await runChatnest(["serve"], { cwd: folder.path, env: { PORT: "0" } });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      /^chatnest: cannot open .+chatnest\.db: another process holds it.+\n$/,
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  it("refuses a store that a newer version made, and leaves it alone", async () => {
    await using folder = await newFolder();
    await mkdir(join(folder.path, "data"));
    const file = join(folder.path, "data", "chatnest.db");
    const newer = new DatabaseSync(file);
    newer.exec("PRAGMA user_version = 999");
    newer.close();
    const refused = await runChatnest(["serve"], { cwd: folder.path });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^chatnest: cannot open .+999, made by a newer ChatNest.+\n$/);
    const same = new DatabaseSync(file);
    expect(same.prepare("PRAGMA user_version").get()).toEqual({ user_version: 999 });
    same.close();
  });

  it.each([
    ["a file where the folder should be", "data", "x"],
    ["a file that is no database", "data/chatnest.db", "Dear Ann, ".repeat(1000)],
  ])("says which store cannot be opened: %s", async (_what, name, content) => {
    await using folder = await newFolder();
    if (name.includes("/")) await mkdir(join(folder.path, "data"));
    await writeFile(join(folder.path, name), content);
    const refused = await runChatnest(["serve"], { cwd: folder.path });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      /^chatnest: cannot open the embedded store data.chatnest\.db: .+\n$/,
    );
  });

  it("refuses a MongoDB URI that is none, without showing it", async () => {
    await using folder = await newFolder();
    const env = { MONGODB_URI: "mongodb://ada:geheim@host:no-port/talk" };
    const refused = await runChatnest(["serve"], { cwd: folder.path, env });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^chatnest: .+\n$/);
    expect(refused.stderr).not.toContain("geheim");
  });
});

describe("chatnest", () => {
  it("lists its commands", async () => {
    await using folder = await newFolder();
    const help = await runChatnest(["--help"], { cwd: folder.path });
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/serve.+config.+import/s);
  });

  it("serves when it is given no command", async () => {
    await using folder = await newFolder();
    await using server = new RunningCommand([], { cwd: folder.path, env: { PORT: "0" } });
    await server.untilPrinted(/"msg":"ChatNest is ready/);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  });

  it("tells its version", async () => {
    await using folder = await newFolder();
    const { code, stdout } = await runChatnest(["--version"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[["sreve"]], [["import"]], [["import", "file", "--what"]], [["serve", "now"]]])(
    "refuses %j",
    async (args) => {
      await using folder = await newFolder();
      const refused = await runChatnest(args, { cwd: folder.path });
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toMatch(/^(?:error|chatnest): /);
    },
  );
});
