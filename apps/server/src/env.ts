import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { CommandError } from "./command-error.ts";

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

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
  trust: "loopback" | "everyone";
  corsOrigins: readonly string[];
  logLevel: (typeof logLevels)[number];
  shutdownGraceMs: number;
}

const Environment = z.object({
  PORT: wholeNumber(65_535).default(8000),
  HOST: z.string().default("127.0.0.1"),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, { error: "must begin with mongodb:// or mongodb+srv://" })
    .optional(),
  CHATNEST_DATA: z.string().default("./data"),
  CHATNEST_AUTH: z.literal("none", { error: "can only be none, or unset" }).optional(),
  CHATNEST_API_KEYS: notYet(),
  CHATNEST_JWT_SECRET: notYet(),
  CHATNEST_JWKS_URL: notYet(),
  CHATNEST_JWT_ISSUER: notYet(),
  CHATNEST_JWT_AUDIENCE: notYet(),
  CHATNEST_CORS_ORIGINS: z.string().default("").transform(toList).pipe(z.array(origin())),
  // What happens today already: a trusted caller is not limited, and no proxy is believed.
  CHATNEST_RATE_LIMIT: z.enum(["50", "0"], { error: "is not supported yet" }).optional(),
  CHATNEST_TRUST_PROXY: z.literal("0", { error: "is not supported yet" }).optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
  CHATNEST_SHUTDOWN_GRACE_S: wholeNumber(3600).default(10),
});

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
  const { HOST: host = "127.0.0.1", CHATNEST_AUTH: auth } = given;
  if (auth === undefined && !isLoopback(host)) {
    complaints.push(
      "HOST opens the server to other machines, and every caller would be trusted: " +
        "say so with CHATNEST_AUTH=none, or leave HOST unset",
    );
  }
  if (!parsed.success || complaints.length > 0) throw new CommandError([...new Set(complaints)]);

  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    mongodbUri: data.MONGODB_URI,
    dataFile:
      data.CHATNEST_DATA === ":memory:" ? ":memory:" : join(data.CHATNEST_DATA, "chatnest.db"),
    trust: data.CHATNEST_AUTH === "none" ? "everyone" : "loopback",
    corsOrigins: data.CHATNEST_CORS_ORIGINS,
    logLevel: data.LOG_LEVEL,
    shutdownGraceMs: data.CHATNEST_SHUTDOWN_GRACE_S * 1000,
  };
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

function wholeNumber(max: number) {
  return z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) <= max, {
      error: `must be a whole number from 0 to ${max}`,
    })
    .transform(Number);
}

function notYet() {
  return z.never({ error: "is not supported yet" }).optional();
}

function toList(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function origin() {
  return z.string().refine(isOrigin, {
    error:
      "must be origins as browsers send them, comma-separated, such as https://chat.example.com",
  });
}

// Apps have origins with schemes of their own (capacitor://localhost), which URL does not know.
function isOrigin(value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*]+$/.test(value)) return false;
  return !value.startsWith("http") || (URL.canParse(value) && new URL(value).origin === value);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === "localhost";
  return loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}
