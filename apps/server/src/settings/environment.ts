import { z } from "zod";
import { describe } from "./describe.ts";
import {
  apiKeyText,
  isApiKey,
  isHttpUrl,
  isKeySetUrl,
  isOrigin,
  isProcessCount,
  isSecret,
  list,
  processesMax,
  secretBytesMin,
  wholeNumber,
} from "./values.ts";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** The settings as they are written, each checked by itself. An error never shows a value. */
export const Environment = z.object({
  PORT: describe(wholeNumber(65_535).default(8000), {
    description: "The port to listen on; 0 picks a free one.",
  }),
  HOST: describe(z.string().default("127.0.0.1"), {
    description:
      "The address to listen on. Beyond this machine (0.0.0.0 is every address) it also needs credentials, or CHATNEST_AUTH=none.",
  }),
  MONGODB_URI: describe(
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, { error: "must begin with mongodb:// or mongodb+srv://" })
      .optional(),
    {
      description:
        "Stores chat in MongoDB instead of the embedded store. The database is the one named in the URI, else chatnest.",
      example: "mongodb://localhost:27017/chatnest?replicaSet=rs0",
      shown: "mongodb",
    },
  ),
  CHATNEST_DATA: describe(z.string().default("./data"), {
    description:
      "The folder of the embedded store. `:memory:` stores nothing on disk: everything is gone after a stop.",
  }),
  CHATNEST_API_KEYS: describe(
    list()
      .refine((keys) => keys.length > 0 && keys.every(isApiKey), {
        error: `must be ${apiKeyText}, comma-separated: chatnest key makes one`,
      })
      .default([]),
    {
      description:
        "Server keys, comma-separated; each acts for any user. `chatnest key` makes one. To replace a key, list the old and the new one until every client has the new one.",
      example: "cnk_...",
      shown: "hidden",
    },
  ),
  CHATNEST_JWT_SECRET: describe(
    z
      .string()
      .refine(isSecret, {
        error: `must be at least ${secretBytesMin} bytes long`,
      })
      .optional(),
    {
      description:
        "The secret that signs user tokens (JWT with exp and sub, HS256), taken as text, at least 32 bytes.",
      shown: "hidden",
    },
  ),
  CHATNEST_JWKS_URL: describe(
    z
      .string()
      .refine(isKeySetUrl, { error: "must be an https URL, or http on this machine" })
      .optional(),
    {
      description:
        "The key set of an identity provider that signs user tokens with RS256, ES256 or EdDSA, instead of a secret. It is cached for ten minutes.",
      example: "https://issuer.example.com/.well-known/jwks.json",
    },
  ),
  CHATNEST_JWT_ISSUER: describe(z.string().optional(), {
    description: "What `iss` of a user token must be.",
    example: "https://issuer.example.com/",
  }),
  CHATNEST_JWT_AUDIENCE: describe(z.string().optional(), {
    description:
      "What `aud` of a user token must be. Set it when the provider makes tokens for other services too.",
    example: "chat",
  }),
  CHATNEST_AUTH: describe(z.literal("none", { error: "can only be none, or unset" }).optional(), {
    description:
      "`none` trusts every caller, although the server listens beyond this machine or behind a proxy.",
    example: "none",
  }),
  CHATNEST_CORS_ORIGINS: describe(
    list()
      .refine((origins) => origins.every(isOrigin), {
        error:
          "must be origins as browsers send them, comma-separated, such as https://chat.example.com",
      })
      .default([]),
    {
      description:
        "Browser origins that may call the server, comma-separated. While callers on this machine are trusted, pages on this machine need not be listed.",
      example: "https://chat.example.com",
    },
  ),
  CHATNEST_PAGE: describe(z.enum(["on", "off"], { error: "must be on or off" }).default("on"), {
    description: "`off` leaves out the chat page at `/`, which then leads to `/docs`.",
  }),
  CHATNEST_RATE_LIMIT: describe(wholeNumber(1_000_000).default(50), {
    description:
      "Sends, changes, new conversations and new members per user and second, twice as many at once; 0 is no limit. Server keys and trusted callers are not limited. Each process counts by itself.",
  }),
  CHATNEST_TRUST_PROXY: describe(wholeNumber(16).default(0), {
    description:
      "The number of proxies in front of the server: as many addresses of X-Forwarded-For, from its right, are believed. Each proxy must add to that header; Forwarded is not read.",
  }),
  CHATNEST_PROCESSES: describe(
    z
      .string()
      .refine((value) => value === "auto" || isProcessCount(value), {
        error: `must be auto, or a whole number from 1 to ${processesMax}`,
      })
      .default("1"),
    {
      description:
        "The number of processes that share the port; `auto` is one per core. More than one needs MONGODB_URI: the embedded store belongs to one process.",
    },
  ),
  LOG_LEVEL: describe(
    z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
    { description: "`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`." },
  ),
  LOG_FORMAT: describe(z.enum(["pretty", "json"], { error: "must be pretty or json" }).optional(), {
    description:
      "`pretty` is text for people, `json` is one JSON object per line. If unset, it is pretty on a terminal and json elsewhere.",
    example: "json",
  }),
  CHATNEST_REQUEST_LOG: describe(
    z.enum(["on", "off"], { error: "must be on or off" }).default("on"),
    { description: "`off` leaves out the line per request. Errors are still logged." },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: describe(
    z
      .string()
      .refine(isHttpUrl, { error: "must be an http or https URL without a password" })
      .optional(),
    {
      description: "Sends OpenTelemetry traces to this collector, by OTLP over HTTP.",
      example: "http://localhost:4318",
    },
  ),
  CHATNEST_SHUTDOWN_GRACE_S: describe(wholeNumber(3600).default(10), {
    description:
      "How many seconds a stopping server waits for the requests in progress. It ends at most 7 seconds later.",
  }),
});
