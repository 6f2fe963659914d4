import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

const key = "cnk_geheim-geheim-geheim-geheim-geheim";
const uri = "mongodb://ada:geheim@db.example:27017/talk?replicaSet=rs0&geheim=1";

it("chatnest config prints each setting, its value and where it comes from", async () => {
  await using folder = await newFolder();
  await writeFile(join(folder.path, ".env"), "PORT=9000\nCHATNEST_RATE_LIMIT=7\n");
  const env = { PORT: "8080", CHATNEST_API_KEYS: key, MONGODB_URI: uri };
  const { code, stdout, stderr } = await runChatnest(["config"], { cwd: folder.path, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = new Map(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [name = "", value, source] = line.split(/ {2,}/);
        return [name, [value, source]];
      }),
  );
  expect(rows.get("PORT")).toEqual(["8080", "environment"]);
  expect(rows.get("CHATNEST_RATE_LIMIT")).toEqual(["7", ".env"]);
  expect(rows.get("HOST")).toEqual(["127.0.0.1", "default"]);
  expect(rows.get("LOG_FORMAT")).toEqual(["(unset)", "default"]);
  expect(rows.get("CHATNEST_API_KEYS")).toEqual(["(hidden)", "environment"]);
  expect(rows.get("MONGODB_URI")?.[0]).toBe("db.example:27017/talk (the rest is hidden)");
  expect(stdout).not.toContain("geheim");
});

it("chatnest config --json prints the same for programs", async () => {
  await using folder = await newFolder();
  const env = { CHATNEST_API_KEYS: key, MONGODB_URI: uri, CHATNEST_PROCESSES: "auto" };
  const options = { cwd: folder.path, env };
  const { code, stdout } = await runChatnest(["config", "--json"], options);
  expect(code).toBe(0);
  expect(stdout).not.toContain("geheim");
  expect(JSON.parse(stdout)).toMatchObject({
    PORT: { value: "8000", source: "default" },
    CHATNEST_PROCESSES: { value: "auto", source: "environment" },
    CHATNEST_JWT_SECRET: { value: null, source: "default" },
    CHATNEST_API_KEYS: { value: null, source: "environment", hidden: true },
    MONGODB_URI: { value: "db.example:27017/talk", source: "environment", hidden: true },
  });
});

it("chatnest config --example prints a file that the server starts with", async () => {
  await using folder = await newFolder();
  const { code, stdout } = await runChatnest(["config", "--example"], { cwd: folder.path });
  expect(code).toBe(0);
  expect(stdout).toBe(await readFile(new URL("../../.env.example", import.meta.url), "utf8"));
  await writeFile(join(folder.path, ".env"), stdout);
  await using server = await startServer({ cwd: folder.path });
  expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
});

it("chatnest config prints what is wrong in place of the settings", async () => {
  await using folder = await newFolder();
  const env = { PORT: "x", CHATNEST_PROCESSES: "2" };
  const refused = await runChatnest(["config"], { cwd: folder.path, env });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^chatnest: PORT .+\nchatnest: CHATNEST_PROCESSES needs .+\n$/);
});

it("a name that is almost a setting is told by config, and by serve in its log", async () => {
  await using folder = await newFolder();
  await writeFile(join(folder.path, ".env"), "CHATNEST_LOG_LEVEL=geheim\n");
  const env = { CHATNEST_API_KEY: "geheim" };
  const options = { cwd: folder.path, env };
  const { code, stdout, stderr } = await runChatnest(["config"], options);
  expect(code).toBe(0);
  expect(stderr.split("\n").sort()).toEqual([
    "",
    "chatnest: CHATNEST_API_KEY is not a setting and is ignored: did you mean CHATNEST_API_KEYS?",
    "chatnest: CHATNEST_LOG_LEVEL is not a setting and is ignored: did you mean LOG_LEVEL?",
  ]);
  await using server = await startServer(options);
  await server.untilPrinted(/"level":"warn".+did you mean CHATNEST_API_KEYS\?/);
  await server.untilPrinted(/"level":"warn".+did you mean LOG_LEVEL\?/);
  expect(stdout + server.stdout).not.toContain("geheim");
});
