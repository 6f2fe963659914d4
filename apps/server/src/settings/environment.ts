import { z } from "zod";
import { isLoopbackHost } from "../auth/trust.ts";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const secretBytesMin = 32;
// What a client can send behind `Bearer` (RFC 6750, section 2.1).
const apiKeyPattern = /^(?=.{32,512}$)[\w\-.~+/]+=*$/;

/** The settings as they are written, each checked by itself. An error never shows a value. */
export const Environment = z.object({
  PORT: wholeNumber(65_535).default(8000),
  HOST: z.string().default("127.0.0.1"),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, { error: "must begin with mongodb:// or mongodb+srv://" })
    .optional(),
  CHATNEST_DATA: z.string().default("./data"),
  CHATNEST_AUTH: z.literal("none", { error: "can only be none, or unset" }).optional(),
  CHATNEST_API_KEYS: list()
    .refine((keys) => keys.length > 0 && keys.every((key) => apiKeyPattern.test(key)), {
      error:
        "must be keys of 32 to 512 characters (A-Z a-z 0-9 - . _ ~ + /), comma-separated: chatnest key makes one",
    })
    .default([]),
  CHATNEST_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= secretBytesMin, {
      error: `must be at least ${secretBytesMin} bytes long`,
    })
    .optional(),
  CHATNEST_JWKS_URL: z
    .string()
    .refine(isKeySetUrl, { error: "must be an https URL, or http on this machine" })
    .optional(),
  CHATNEST_JWT_ISSUER: z.string().optional(),
  CHATNEST_JWT_AUDIENCE: z.string().optional(),
  CHATNEST_CORS_ORIGINS: list()
    .refine((origins) => origins.every(isOrigin), {
      error:
        "must be origins as browsers send them, comma-separated, such as https://chat.example.com",
    })
    .default([]),
  CHATNEST_RATE_LIMIT: wholeNumber(1_000_000).default(50),
  CHATNEST_TRUST_PROXY: wholeNumber(16).default(0),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
  CHATNEST_SHUTDOWN_GRACE_S: wholeNumber(3600).default(10),
});

function wholeNumber(max: number) {
  return z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) <= max, {
      error: `must be a whole number from 0 to ${max}`,
    })
    .transform(Number);
}

function list() {
  return z.string().transform((value) =>
    value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
}

// A URL with a password in it cannot be fetched.
function isKeySetUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, host, username, password } = new URL(value);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(host));
}

// Apps have origins with schemes of their own (capacitor://localhost), which URL does not know.
function isOrigin(value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*]+$/.test(value)) return false;
  return !value.startsWith("http") || (URL.canParse(value) && new URL(value).origin === value);
}
