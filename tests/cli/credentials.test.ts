import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

const secret = "geheim-geheim-geheim-geheim-geheim";

/** Asks a server for an inbox. */
async function ask(url: string, credential?: string): Promise<number> {
  const headers = new Headers();
  if (credential !== undefined) headers.set("authorization", `Bearer ${credential}`);
  return (await fetch(`${url}/conversations/ann`, { headers })).status;
}

describe("chatnest key", () => {
  it("prints a key and nothing else, which the server takes beyond this machine too", async () => {
    await using folder = await newFolder();
    const { code, stdout, stderr } = await runChatnest(["key"], { cwd: folder.path });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^cnk_[\w-]{43}\n$/);
    const key = stdout.trimEnd();
    const env = { HOST: "0.0.0.0", CHATNEST_API_KEYS: key, LOG_LEVEL: "trace" };
    await using server = await startServer({ cwd: folder.path, env });
    expect(await ask(server.url)).toBe(401);
    expect(await ask(server.url, `${key}x`)).toBe(401);
    expect(await ask(server.url, key)).toBe(200);
    expect(server.stdout + server.stderr).not.toContain(key);
  });
});

describe("chatnest token", () => {
  it("prints a token and nothing else, which the server with the same settings takes", async () => {
    await using folder = await newFolder();
    const settings = `CHATNEST_JWT_SECRET=${secret}\nCHATNEST_JWT_ISSUER=me\nCHATNEST_JWT_AUDIENCE=chat\n`;
    await writeFile(join(folder.path, ".env"), settings);
    const args = ["token", "--user", "ann", "--ttl", "1h"];
    const { code, stdout, stderr } = await runChatnest(args, { cwd: folder.path });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const token = stdout.trimEnd();
    await using server = await startServer({ cwd: folder.path, env: { LOG_LEVEL: "trace" } });
    expect(await ask(server.url)).toBe(401);
    expect(await ask(server.url, `${token.slice(0, -4)}AAAA`)).toBe(401);
    expect([401, 503]).not.toContain(await ask(server.url, token));
    const said = server.stdout + server.stderr;
    for (const text of [token, secret]) expect(said).not.toContain(text);
  });

  it.each<[string, string[], Record<string, string>]>([
    ["CHATNEST_JWT_SECRET", ["--user", "ann", "--ttl", "1h"], {}],
    ["CHATNEST_JWT_SECRET", ["--user", "ann", "--ttl", "1h"], { CHATNEST_JWT_SECRET: "short" }],
    [
      "CHATNEST_JWKS_URL",
      ["--user", "ann", "--ttl", "1h"],
      { CHATNEST_JWKS_URL: "https://a.example" },
    ],
    ["--ttl", ["--user", "ann", "--ttl", "soon"], { CHATNEST_JWT_SECRET: secret }],
    ["--user", ["--user", " ", "--ttl", "1h"], { CHATNEST_JWT_SECRET: secret }],
    ["--ttl", ["--user", "ann"], { CHATNEST_JWT_SECRET: secret }],
    ["--user", ["--ttl", "1h"], { CHATNEST_JWT_SECRET: secret }],
  ])("says in one line that %s is wrong", async (name, args, env) => {
    await using folder = await newFolder();
    const result = await runChatnest(["token", ...args], { cwd: folder.path, env });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(name)]);
    expect(result.stderr).not.toContain(secret);
  });
});
