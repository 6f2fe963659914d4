import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { z } from "zod";
import type { CredentialSettings } from "./auth/credentials.ts";
import type { Trust } from "./auth/trust.ts";
import { CommandError } from "./command-error.ts";
import { findConflicts } from "./settings/conflicts.ts";
import { Environment, type logLevels } from "./settings/environment.ts";

/** What is configured, defaults filled in. */
export interface Settings {
  /** 0 picks a free one. */
  port: number;
  host: string;
  /** MongoDB instead of the embedded store. It holds a password: never show it. */
  mongodbUri: string | undefined;
  /** The embedded store's file, or `:memory:`. */
  dataFile: string;
  /** Whom the server trusts without credentials. */
  trust: Trust;
  /** Which credentials it takes. They are secrets: never show them. */
  credentials: CredentialSettings | undefined;
  /** How many messages a user may send a second, on average; 0 is no limit. */
  sendsPerSecond: number;
  /** How many proxies stand before the server. */
  proxyHops: number;
  corsOrigins: readonly string[];
  logLevel: (typeof logLevels)[number];
  shutdownGraceMs: number;
}

/**
 * Reads the settings from the environment, and below it from a `.env` file in the working directory.
 * @throws CommandError with a line for each wrong value, which names the setting and never shows the value.
 */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
  file = ".env",
): Settings {
  const given = { ...withoutEmpty(readEnvFile(file)), ...withoutEmpty(environment) };
  const parsed = Environment.safeParse(given);
  const complaints = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${String(path[0])} ${message}`,
  );
  complaints.push(...findConflicts(given));
  if (!parsed.success || complaints.length > 0) throw new CommandError([...new Set(complaints)]);

  const { data } = parsed;
  const credentials = toCredentials(data);
  return {
    port: data.PORT,
    host: data.HOST,
    mongodbUri: data.MONGODB_URI,
    dataFile:
      data.CHATNEST_DATA === ":memory:" ? ":memory:" : join(data.CHATNEST_DATA, "chatnest.db"),
    trust: toTrust(data.CHATNEST_AUTH, credentials),
    credentials,
    sendsPerSecond: data.CHATNEST_RATE_LIMIT,
    proxyHops: data.CHATNEST_TRUST_PROXY,
    corsOrigins: data.CHATNEST_CORS_ORIGINS,
    logLevel: data.LOG_LEVEL,
    shutdownGraceMs: data.CHATNEST_SHUTDOWN_GRACE_S * 1000,
  };
}

function toCredentials(data: z.infer<typeof Environment>): CredentialSettings | undefined {
  const { CHATNEST_API_KEYS: apiKeys, CHATNEST_JWT_SECRET: secret } = data;
  const key =
    secret === undefined
      ? data.CHATNEST_JWKS_URL && { jwksUrl: data.CHATNEST_JWKS_URL }
      : { secret };
  const { CHATNEST_JWT_ISSUER: issuer, CHATNEST_JWT_AUDIENCE: audience } = data;
  if (!key) return apiKeys.length === 0 ? undefined : { apiKeys };
  return { apiKeys, tokens: { key, issuer, audience } };
}

function toTrust(auth: "none" | undefined, credentials: CredentialSettings | undefined): Trust {
  if (credentials) return "nobody";
  return auth === "none" ? "everyone" : "loopback";
}

function readEnvFile(file: string): NodeJS.Dict<string> {
  try {
    // parseEnv takes a byte order mark, which some editors write, for a part of the first name.
    return parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new CommandError(`${file} cannot be read`, { cause: error });
  }
}

function withoutEmpty(values: NodeJS.Dict<string>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const trimmed = value?.trim();
    return trimmed ? [[name, trimmed] as const] : [];
  });
  return Object.fromEntries(entries);
}
