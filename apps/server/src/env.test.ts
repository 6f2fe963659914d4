import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CommandError } from "./command-error.ts";
import { readSettings } from "./env.ts";

const noFile = "there-is-no-such-file.env";
const keyA = "cnk_a-key-of-a-server.that~is/long+enough=";
const keyB = "b".repeat(32);
const secret = "a-secret-of-exactly-32-bytes....";
const jwksUrl = "https://issuer.example/.well-known/jwks.json";
const signed = (key: object) => ({ apiKeys: [], tokens: { key } });

describe("readSettings", () => {
  it("has a default for everything", () => {
    expect(readSettings({}, noFile)).toEqual({
      port: 8000,
      host: "127.0.0.1",
      mongodbUri: undefined,
      dataFile: join("data", "chatnest.db"),
      trust: "loopback",
      credentials: undefined,
      sendsPerSecond: 50,
      proxyHops: 0,
      corsOrigins: [],
      servesPage: true,
      logLevel: "info",
      logFormat: undefined,
      logsRequests: true,
      otlpEndpoint: undefined,
      processes: 1,
      shutdownGraceMs: 10_000,
      warnings: [],
    });
  });

  it("takes an empty value for an unset one", () => {
    const empty = { PORT: "", HOST: " ", CHATNEST_API_KEYS: "", CHATNEST_CORS_ORIGINS: "" };
    expect(readSettings(empty, noFile)).toEqual(readSettings({}, noFile));
  });

  it.each([
    ["PORT", "0", { port: 0 }],
    ["PORT", "65535", { port: 65_535 }],
    ["HOST", "localhost", { host: "localhost" }],
    ["HOST", "::1", { host: "::1" }],
    ["HOST", "127.8.9.1", { host: "127.8.9.1" }],
    ["MONGODB_URI", "mongodb+srv://a.example.com", { mongodbUri: "mongodb+srv://a.example.com" }],
    ["CHATNEST_DATA", "/chat", { dataFile: "/chat/chatnest.db" }],
    ["CHATNEST_DATA", ":memory:", { dataFile: ":memory:" }],
    ["CHATNEST_AUTH", "none", { trust: "everyone" }],
    ["LOG_LEVEL", "silent", { logLevel: "silent" }],
    ["CHATNEST_SHUTDOWN_GRACE_S", "0", { shutdownGraceMs: 0 }],
    ["CHATNEST_API_KEYS", keyA, { trust: "nobody", credentials: { apiKeys: [keyA] } }],
    ["CHATNEST_API_KEYS", `${keyA} ,, ${keyB},`, { credentials: { apiKeys: [keyA, keyB] } }],
    ["CHATNEST_JWT_SECRET", secret, { trust: "nobody", credentials: signed({ secret }) }],
    ["CHATNEST_JWT_SECRET", "ü".repeat(16), { credentials: signed({ secret: "ü".repeat(16) }) }],
    ["CHATNEST_JWKS_URL", jwksUrl, { trust: "nobody", credentials: signed({ jwksUrl }) }],
    ["CHATNEST_JWKS_URL", "http://localhost:9/k", { trust: "nobody" }],
    ["CHATNEST_JWKS_URL", "http://127.0.0.1/k", { trust: "nobody" }],
    ["CHATNEST_JWKS_URL", "http://[::1]:9/k", { trust: "nobody" }],
    ["CHATNEST_RATE_LIMIT", "0", { sendsPerSecond: 0 }],
    ["CHATNEST_RATE_LIMIT", "1000000", { sendsPerSecond: 1_000_000 }],
    ["CHATNEST_TRUST_PROXY", "16", { proxyHops: 16 }],
    ["CHATNEST_PROCESSES", "1", { processes: 1 }],
    ["LOG_FORMAT", "json", { logFormat: "json" }],
    ["CHATNEST_REQUEST_LOG", "off", { logsRequests: false }],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318", { otlpEndpoint: "http://a:4318" }],
    [
      "CHATNEST_CORS_ORIGINS",
      "https://a.example.com, http://localhost:5173,capacitor://localhost",
      { corsOrigins: ["https://a.example.com", "http://localhost:5173", "capacitor://localhost"] },
    ],
  ])("reads %s=%s", (name, value, expected) => {
    expect(readSettings({ [name]: value }, noFile)).toMatchObject(expected);
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "8000.5"],
    ["PORT", "0x50"],
    ["PORT", "99999999999999999999"],
    ["HOST", "0.0.0.0"],
    ["HOST", "::"],
    ["HOST", "192.168.1.7"],
    ["HOST", "chat.example.com"],
    ["MONGODB_URI", "postgres://ada:geheim@db"],
    ["CHATNEST_AUTH", "some"],
    ["CHATNEST_API_KEYS", "geheim"],
    ["CHATNEST_API_KEYS", ",,"],
    ["CHATNEST_API_KEYS", `${keyA},geheim`],
    ["CHATNEST_API_KEYS", keyA.slice(0, 31)],
    ["CHATNEST_API_KEYS", keyA.padEnd(513, "x")],
    ["CHATNEST_API_KEYS", `geheim ${keyA}`],
    ["CHATNEST_API_KEYS", `geheim-ü-${keyA}`],
    ["CHATNEST_API_KEYS", `geheim=${keyA}`],
    ["CHATNEST_JWT_SECRET", "geheim"],
    ["CHATNEST_JWT_SECRET", secret.slice(0, 31)],
    ["CHATNEST_JWKS_URL", "geheim"],
    ["CHATNEST_JWKS_URL", "http://geheim.example/keys"],
    ["CHATNEST_JWKS_URL", "http://localhost.geheim.example/keys"],
    ["CHATNEST_JWKS_URL", "https://ada:geheim@issuer.example/keys"],
    ["CHATNEST_JWKS_URL", "file:///geheim"],
    ["CHATNEST_JWT_ISSUER", "geheim"],
    ["CHATNEST_JWT_AUDIENCE", "geheim"],
    ["CHATNEST_CORS_ORIGINS", "*"],
    ["CHATNEST_CORS_ORIGINS", "https://a.example.com/"],
    ["CHATNEST_CORS_ORIGINS", "https://a.example.com:443"],
    ["CHATNEST_CORS_ORIGINS", "a.example.com"],
    ["CHATNEST_CORS_ORIGINS", "https://ok.example.com,HTTPS://A.example.com"],
    ["CHATNEST_RATE_LIMIT", "-1"],
    ["CHATNEST_RATE_LIMIT", "1000001"],
    ["CHATNEST_TRUST_PROXY", "17"],
    ["CHATNEST_TRUST_PROXY", "true"],
    ["CHATNEST_PROCESSES", "0"],
    ["CHATNEST_PROCESSES", "65"],
    ["CHATNEST_PROCESSES", "all"],
    ["CHATNEST_PROCESSES", "2"],
    ["CHATNEST_PROCESSES", "auto"],
    ["CHATNEST_REQUEST_LOG", "no"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "geheim:4318"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://ada:geheim@collector:4318"],
    ["LOG_FORMAT", "text"],
    ["LOG_LEVEL", "INFO"],
    ["CHATNEST_SHUTDOWN_GRACE_S", "1.5"],
  ])("refuses %s=%s in one line that names it and not its value", (name, value) => {
    const lines = complaintsAbout({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} `));
    expect(lines[0]).not.toContain("geheim");
  });

  it("reads who signs tokens and for whom, beside what verifies them", () => {
    const claims = {
      CHATNEST_JWT_ISSUER: "https://issuer.example/",
      CHATNEST_JWT_AUDIENCE: "chat",
    };
    const settings = readSettings({ CHATNEST_JWKS_URL: jwksUrl, ...claims }, noFile);
    expect(settings.credentials).toEqual({
      apiKeys: [],
      tokens: { key: { jwksUrl }, issuer: "https://issuer.example/", audience: "chat" },
    });
  });

  it.each([
    ["CHATNEST_JWKS_URL", { CHATNEST_JWKS_URL: jwksUrl, CHATNEST_JWT_SECRET: secret }],
    ["CHATNEST_JWT_ISSUER", { CHATNEST_JWT_ISSUER: "x", CHATNEST_API_KEYS: keyA }],
    ["CHATNEST_JWT_AUDIENCE", { CHATNEST_JWT_AUDIENCE: "x", CHATNEST_API_KEYS: keyA }],
    ["CHATNEST_AUTH", { CHATNEST_AUTH: "none", CHATNEST_API_KEYS: keyA }],
    ["CHATNEST_AUTH", { CHATNEST_AUTH: "none", CHATNEST_JWT_SECRET: secret }],
    ["CHATNEST_AUTH", { CHATNEST_AUTH: "none", CHATNEST_JWKS_URL: jwksUrl }],
    ["CHATNEST_AUTH", { CHATNEST_AUTH: "none", CHATNEST_API_KEYS: keyA, HOST: "0.0.0.0" }],
  ])(
    "refuses settings that contradict each other, in one line that begins with %s",
    (name, all) => {
      const lines = complaintsAbout(all);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^${name} `));
      for (const value of [keyA, secret, jwksUrl]) expect(lines[0]).not.toContain(value);
    },
  );

  it("lists everything that is wrong, a line each", () => {
    const wrong = { PORT: "x", HOST: "0.0.0.0", LOG_LEVEL: "loud", CHATNEST_TRUST_PROXY: "s" };
    const names = complaintsAbout(wrong).map((line) => line.split(" ")[0]);
    expect(names.sort()).toEqual(["CHATNEST_TRUST_PROXY", "HOST", "LOG_LEVEL", "PORT"]);
  });

  it.each([
    ["CHATNEST_API_KEYS", keyA],
    ["CHATNEST_JWT_SECRET", secret],
    ["CHATNEST_JWKS_URL", jwksUrl],
  ])(
    "opens to other machines with %s, and then trusts nobody without credentials",
    (name, value) => {
      const settings = readSettings({ HOST: "0.0.0.0", [name]: value }, noFile);
      expect(settings).toMatchObject({ host: "0.0.0.0", trust: "nobody" });
    },
  );

  it("says what to set before it opens to other machines", () => {
    const [line] = complaintsAbout({ HOST: "0.0.0.0" });
    for (const name of ["API_KEYS", "JWT_SECRET", "JWKS_URL", "AUTH=none"]) {
      expect(line).toContain(`CHATNEST_${name}`);
    }
  });

  it("opens to other machines when everyone is trusted out loud", () => {
    const settings = readSettings({ HOST: "0.0.0.0", CHATNEST_AUTH: "none" }, noFile);
    expect(settings).toMatchObject({ host: "0.0.0.0", trust: "everyone" });
  });

  it.each([
    ["2", 2],
    ["64", 64],
    ["auto", Math.min(availableParallelism(), 64)],
  ])("shares the port among several processes on MongoDB: %s", (value, processes) => {
    const environment = { MONGODB_URI: "mongodb://a", CHATNEST_PROCESSES: value };
    expect(readSettings(environment, noFile)).toMatchObject({ processes });
  });

  it("reads a file below the environment, also one that begins with a byte order mark", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-env-"));
    const file = join(folder.path, ".env");
    await writeFile(file, "\uFEFFPORT=1\r\n# a comment\r\nCHATNEST_DATA='a b'\r\nLOG_LEVEL=\r\n");
    const settings = readSettings({ LOG_LEVEL: "warn" }, file);
    expect(settings).toMatchObject({
      port: 1,
      dataFile: join("a b", "chatnest.db"),
      logLevel: "warn",
    });
    expect(readSettings({ PORT: "2" }, file).port).toBe(2);
  });

  it("takes .env.example as it is", () => {
    const example = fileURLToPath(new URL("../../../.env.example", import.meta.url));
    expect(readSettings({}, example)).toEqual(readSettings({}, noFile));
  });

  it("says when the file is there but cannot be read", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-env-"));
    expect(() => readSettings({}, folder.path)).toThrow(/cannot be read$/);
  });
});

function complaintsAbout(environment: Record<string, string>): string[] {
  try {
    readSettings(environment, noFile);
  } catch (error) {
    if (error instanceof CommandError) return error.message.split("\n");
    throw error;
  }
  return [];
}
