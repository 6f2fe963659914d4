import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

describe("settings", () => {
  it.each([
    ["PORT", "eighty"],
    ["HOST", "0.0.0.0"],
    ["MONGODB_URI", "postgres://ada:geheim@db"],
    ["CHATNEST_AUTH", "some"],
    ["CHATNEST_API_KEYS", "geheim-geheim-geheim"],
    ["CHATNEST_JWT_SECRET", "geheim"],
    ["CHATNEST_CORS_ORIGINS", "*"],
    ["CHATNEST_JWKS_URL", "http://geheim.example"],
    ["CHATNEST_JWT_ISSUER", "geheim"],
    ["CHATNEST_RATE_LIMIT", "ten"],
    ["CHATNEST_TRUST_PROXY", "yes"],
    ["LOG_LEVEL", "loud"],
    ["CHATNEST_SHUTDOWN_GRACE_S", "soon"],
  ])("stop the start when %s is wrong, in one line that names it", async (name, value) => {
    await using folder = await newFolder();
    const result = await runChatnest(["serve"], { cwd: folder.path, env: { [name]: value } });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(new RegExp(`^chatnest: ${name} .+\n$`));
    expect(result.stderr).not.toContain("geheim");
  });

  it("are all checked before the start stops", async () => {
    await using folder = await newFolder();
    const env = { PORT: "x", LOG_LEVEL: "y", CHATNEST_JWT_SECRET: "z" };
    const { code, stderr } = await runChatnest(["serve"], { cwd: folder.path, env });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([
      "chatnest: PORT must be a whole number from 0 to 65535",
      "chatnest: CHATNEST_JWT_SECRET must be at least 32 bytes long",
      expect.stringMatching(/^chatnest: LOG_LEVEL must be one of /),
    ]);
  });

  it("come from .env too, below the environment", async () => {
    await using folder = await newFolder();
    await writeFile(join(folder.path, ".env"), "PORT=99999\nCHATNEST_DATA=':memory:'\n");
    const refused = await runChatnest(["serve"], { cwd: folder.path });
    expect(refused.stderr).toMatch(/^chatnest: PORT /);
    await using server = await startServer({ cwd: folder.path, env: { PORT: "0" } });
    expect(server.stdout).toContain('"store":"SQLite :memory:"');
  });

  it("let it listen beyond this machine when everyone is trusted out loud", async () => {
    await using folder = await newFolder();
    const env = { HOST: "0.0.0.0", CHATNEST_AUTH: "none" };
    await using server = await startServer({ cwd: folder.path, env });
    expect(server.stdout).toContain("ChatNest is ready on 0.0.0.0 and trusts every caller: ");
  });

  it("stop it from listening beyond this machine while it would trust everyone there", async () => {
    await using folder = await newFolder();
    const env = { HOST: "0.0.0.0" };
    const { code, stderr } = await runChatnest(["serve"], { cwd: folder.path, env });
    expect(code).toBe(1);
    for (const name of ["API_KEYS", "JWT_SECRET", "JWKS_URL", "AUTH=none"]) {
      expect(stderr).toContain(`CHATNEST_${name}`);
    }
  });
});
