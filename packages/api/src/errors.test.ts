import { StoreError, type StoreErrorCode } from "@chatnest/db";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ChatError, type ErrorCode, errorTable, toChatError, toTrpcError } from "./errors.ts";

// Of every code of a store, by the compiler.
const storeCodes: Record<StoreErrorCode, ErrorCode> = {
  conflict: "conflict",
  changed: "precondition_failed",
  not_found: "not_found",
  not_member: "not_found",
  invalid: "validation_failed",
  unavailable: "unavailable",
  closed: "unavailable",
  cannot_open: "unavailable",
};
const secret = "mongodb://admin:hunter2@10.0.0.1";

describe("the error table", () => {
  it.each(Object.entries(errorTable))("has one status for %s here and in tRPC", (_, row) => {
    const error = new TRPCError({ code: row.trpc });
    expect(getHTTPStatusCodeFromError(error)).toBe(row.status);
  });

  it("has each status once", () => {
    const statuses = Object.values(errorTable).map(({ status }) => status);
    expect(new Set(statuses).size).toBe(statuses.length);
  });
});

describe.each(Object.entries(storeCodes))("a store's error %s", (storeCode, code) => {
  const error = new StoreError(storeCode as StoreErrorCode, "a text for clients");

  it(`becomes ${code}, thrown or wrapped by tRPC`, () => {
    const wrapped = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error });
    expect(toChatError(error).code).toBe(code);
    expect(toChatError(wrapped)).toMatchObject({ code, message: toChatError(error).message });
    expect(toTrpcError(error).code).toBe(errorTable[code].trpc);
  });

  it("keeps its text, unless that may show where the store is or that a conversation exists", () => {
    const shown = toChatError(new StoreError(error.code, `${secret} is away`)).message;
    const isHidden = code === "unavailable" || storeCode === "not_member";
    expect(shown.includes(secret)).toBe(!isHidden);
    expect(shown).not.toBe("");
  });
});

describe("a field that only a store refuses", () => {
  it.each([
    ["reply_to: there is no message there", "there is no message there"],
    [
      "an entry with this reply_to cannot be stored",
      "an entry with this reply_to cannot be stored",
    ],
  ])("is named: %s", (text, message) => {
    const error = new StoreError("invalid", text, { field: "reply_to" });
    expect(toChatError(error)).toMatchObject({
      code: "validation_failed",
      message: `reply_to: ${message}`,
      issues: [{ path: "reply_to", code: "invalid_value", message }],
      cause: error,
    });
  });
});

describe("an unknown error", () => {
  it.each<[string, unknown]>([
    ["an Error", new Error(secret)],
    ["an Error with a code of the table", Object.assign(new Error(secret), { code: "conflict" })],
    ["a lookalike", { name: "StoreError", code: "conflict", message: secret }],
    ["a text", secret],
    ["undefined", undefined],
    ["null", null],
    ["an error of many", new AggregateError([new Error(secret)], secret)],
    [
      "tRPC's, of an Error",
      new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new Error(secret) }),
    ],
    ["tRPC's, of a text", new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: secret })],
    ["tRPC's, of a time-out", new TRPCError({ code: "TIMEOUT", message: secret })],
  ])("shows nothing of %s", (_, error) => {
    const shown = toChatError(error);
    expect(shown).toMatchObject({ code: "internal", issues: undefined, id: undefined });
    expect(shown.message).toBe("something went wrong on our side");
    expect(toTrpcError(error)).toMatchObject({
      code: "INTERNAL_SERVER_ERROR",
      message: shown.message,
    });
  });

  it("is kept as the cause, for the log", () => {
    const error = new Error(secret);
    expect(toChatError(error).cause).toBe(error);
  });

  it("includes an invalid output, which is not the fault of the client", () => {
    const broken = z.object({ seq: z.int() }).safeParse({ seq: secret });
    const code = "INTERNAL_SERVER_ERROR";
    const error = new TRPCError({ code, message: secret, cause: broken.error });
    expect(toChatError(error)).toMatchObject({ code: "internal", issues: undefined });
  });
});

describe("an error of tRPC itself", () => {
  it.each([
    ["NOT_FOUND", "not_found"],
    ["METHOD_NOT_SUPPORTED", "method_not_allowed"],
    ["UNSUPPORTED_MEDIA_TYPE", "unsupported_media_type"],
    ["PAYLOAD_TOO_LARGE", "payload_too_large"],
    ["PARSE_ERROR", "bad_request"],
    ["BAD_REQUEST", "bad_request"],
  ] as const)("of the code %s is %s, in our own words", (trpcCode, code) => {
    const shown = toChatError(new TRPCError({ code: trpcCode, message: secret }));
    expect(shown.code).toBe(code);
    expect(shown.message).not.toContain(secret);
  });

  it("returns a wrapped ChatError with all its details", () => {
    const error = new ChatError("unavailable", "away", { id: "12345678", issues: [] });
    expect(toChatError(toTrpcError(error))).toBe(error);
    expect(toChatError(new TRPCError({ code: "BAD_REQUEST", cause: error }))).toBe(error);
  });
});

describe("a problem of an input", () => {
  const Schema = z.strictObject({
    name: z.string(),
    list: z.array(z.strictObject({ n: z.number() })).optional(),
  });

  it("is listed with dots between the steps of a path", () => {
    const error = refuse({ name: 1, list: [{ n: 1 }, { n: "x" }] });
    expect(error.issues).toEqual([
      { path: "name", code: "invalid_type", message: expect.any(String) },
      { path: "list.1.n", code: "invalid_type", message: expect.any(String) },
    ]);
    expect(error.message).toMatch(/^name: .+; list\.1\.n: /);
  });

  it("is listed for every unknown field, with its path", () => {
    const unknown = { code: "unrecognized_keys", message: "unknown field" };
    const error = refuse({ name: "x", a: 1, "b.c": 2, list: [{ n: 1, d: 1 }] });
    const paths = error.issues?.map(({ path }) => path).sort();
    expect(paths).toEqual(["a", "b.c", "list.0.d"]);
    for (const issue of error.issues ?? []) expect(issue).toMatchObject(unknown);
  });

  it.each(["__proto__", "constructor", "toString", ""])("names the unknown field %j", (name) => {
    const error = refuse(JSON.parse(`{ "name": "x", ${JSON.stringify(name)}: 1 }`));
    expect(error.issues).toMatchObject([{ path: name, message: "unknown field" }]);
  });

  it.each([
    ["short", (n: number) => `f${n}`],
    ["long", (n: number) => `${n}${"f".repeat(200)}`],
    ["escaped", (n: number) => `${n}${"\u0001".repeat(200)}`],
    ["astral", (n: number) => `${n}${"\u{1F600}".repeat(200)}`],
  ])("is listed as far as 4 KB go, and counted beyond (%s names)", (_, toName) => {
    const fields = Array.from({ length: 5_000 }, (_, n) => [toName(n), 1]);
    const { issues = [], message } = refuse({ name: "x", ...Object.fromEntries(fields) });
    expect(issues.length).toBeGreaterThan(1);
    expect(Buffer.byteLength(JSON.stringify([issues, message]))).toBeLessThan(3_500);
    expect(message).toMatch(new RegExp(`; and ${5_000 - issues.length} more$`));
  });

  it.each([
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), `${"x".repeat(64)}\u2026`],
    ["\u{1F600}".repeat(64), "\u{1F600}".repeat(64)],
    [`x${"\u{1F600}".repeat(100)}`, `x${"\u{1F600}".repeat(63)}\u2026`],
  ])("has a path of 64 characters at most (%#)", (name, path) => {
    expect(refuse({ name: "x", [name]: 1 }).issues).toMatchObject([{ path }]);
  });

  it("is what is wrong inside the option that a value has the form of", () => {
    const Both = z.strictObject({ to: z.union([z.array(z.string()), z.literal("all")]) });
    const pathsOf = (input: unknown) =>
      toChatError(Both.safeParse(input).error).issues?.map(({ path }) => path);
    expect(pathsOf({ to: ["x", 1, "y", null] })).toEqual(["to.1", "to.3"]);
    expect(pathsOf({ to: "none" })).toEqual(["to"]);
    expect(pathsOf({ to: 1, from: 1 })).toEqual(["to", "from"]);
    const Deep = z.object({ deep: z.array(z.union([Both, z.string()])) });
    const { error } = Deep.safeParse({ deep: ["x", { to: [1] }, { to: "all", a: 1 }] });
    expect(toChatError(error).issues?.map(({ path }) => path)).toEqual(["deep.1.to.0", "deep.2.a"]);
  });

  it("has an empty path when it is the whole input", () => {
    expect(refuse(undefined).issues).toMatchObject([{ path: "", code: "invalid_type" }]);
    expect(refuse(undefined).message).not.toMatch(/^:/);
  });

  it("is the same when tRPC wraps the error", () => {
    const cause = Schema.safeParse({ name: 1, a: 1 }).error;
    const shown = toChatError(new TRPCError({ code: "BAD_REQUEST", cause }));
    expect(shown).toMatchObject({ code: "validation_failed", issues: toChatError(cause).issues });
    expect(shown.issues).toHaveLength(2);
  });

  function refuse(input: unknown): ChatError {
    return toChatError(Schema.safeParse(input).error);
  }
});
