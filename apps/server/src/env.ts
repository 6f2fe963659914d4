import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import type { CredentialSettings } from "./auth/credentials.ts";
import type { Trust } from "./auth/trust.ts";
import { CommandError } from "./command-error.ts";
import { findConflicts } from "./settings/conflicts.ts";
import { type EffectiveSetting, listEffective } from "./settings/effective.ts";
import { Environment, type logLevels } from "./settings/environment.ts";
import { readGiven } from "./settings/given.ts";
import { findUnknownNames } from "./settings/unknown-names.ts";
import { processesMax } from "./settings/values.ts";

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
  /** Whether the chat page is served. */
  servesPage: boolean;
  logLevel: (typeof logLevels)[number];
  /** Undefined means pretty on a terminal and JSON elsewhere. */
  logFormat: "pretty" | "json" | undefined;
  /** Whether a line is logged for each request. */
  logsRequests: boolean;
  /** Where traces go: a collector's base URL, to which OTLP's own paths are added. */
  otlpEndpoint: string | undefined;
  /** How many processes share the port. */
  processes: number;
  shutdownGraceMs: number;
  /** What is set and means nothing, a line each. */
  warnings: readonly string[];
}

/**
 * Reads the settings from the environment, and below it from a `.env` file in the working directory.
 * @throws CommandError with a line for each wrong value, which names the setting and never shows the value.
 */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
  file = ".env",
): Settings {
  const { values } = readGiven(environment, file);
  const parsed = Environment.safeParse(values);
  const complaints = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${String(path[0])} ${message}`,
  );
  complaints.push(...findConflicts(values));
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
    servesPage: data.CHATNEST_PAGE === "on",
    logLevel: data.LOG_LEVEL,
    logFormat: data.LOG_FORMAT,
    logsRequests: data.CHATNEST_REQUEST_LOG === "on",
    otlpEndpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    processes: toProcesses(data.CHATNEST_PROCESSES),
    shutdownGraceMs: data.CHATNEST_SHUTDOWN_GRACE_S * 1000,
    warnings: findUnknownNames(values),
  };
}

/**
 * Reads all settings with where each comes from, and without secrets.
 * @throws CommandError when the `.env` file cannot be read.
 */
export function readEffectiveSettings(
  environment: NodeJS.ProcessEnv = process.env,
  file = ".env",
): EffectiveSetting[] {
  return listEffective(readGiven(environment, file));
}

function toProcesses(value: string): number {
  return value === "auto" ? Math.min(availableParallelism(), processesMax) : Number(value);
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
