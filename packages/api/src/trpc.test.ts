import { openSqliteStore } from "@chatnest/db";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createContext, trustedCaller } from "./context.ts";
import { ChatError } from "./errors.ts";
import { appRouter } from "./root.ts";
import { createCallerFactory, procedure, router } from "./trpc.ts";

const store = openSqliteStore(":memory:");
const context = createContext({ store, caller: trustedCaller, requestId: "request-1" });
afterAll(() => store.close());

const secret = "mongodb://admin:hunter2@10.0.0.1";
const hidden = "something went wrong on our side";

// Procedures with the real middleware and formatter, which fail in ways that no real one should.
const failing = router({
  error: procedure("messages.get").query(() => {
    throw new Error(secret);
  }),
  text: procedure("messages.get").query(() => {
    throw secret;
  }),
  output: procedure("messages.get")
    .output(z.string())
    .query(() => JSON.parse(`{ "x": "${secret}" }`)),
  schema: procedure("messages.get").query(() => z.literal(secret).parse("x")),
  ours: procedure("messages.get").query(() => {
    throw new ChatError("unavailable", "away", { id: "12345678" });
  }),
});
const call = createCallerFactory(failing)(context);

describe("a procedure that fails", () => {
  it.each(["error", "text", "output", "schema"] as const)(
    "shows a caller nothing of an unknown error (%s)",
    async (name) => {
      const error = await call[name]().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "INTERNAL_SERVER_ERROR", message: hidden });
      expect(error).toMatchObject({ cause: { code: "internal", message: hidden } });
    },
  );

  it.each(["error", "text", "output", "schema"])(
    "shows a client nothing of an unknown error (%s)",
    async (path) => {
      const { status, text } = await request(path);
      expect(status).toBe(500);
      expect(text).not.toContain("hunter2");
      expect(text).not.toContain("stack");
      expect(JSON.parse(text)).toEqual({
        error: {
          code: -32603,
          message: hidden,
          data: { code: "internal", httpStatus: 500, request_id: "request-1" },
        },
      });
    },
  );

  it("shows a ChatError to the client with all its details", async () => {
    const { status, text } = await request("ours");
    expect(status).toBe(503);
    expect(JSON.parse(text).error).toMatchObject({
      message: "away",
      data: { code: "unavailable", httpStatus: 503, id: "12345678", request_id: "request-1" },
    });
  });
});

describe("a request that reaches no procedure", () => {
  const json = { "content-type": "application/json" };

  it.each<[string, string, RequestInit, string]>([
    ["an unknown procedure", "secret.nope", {}, "not_found"],
    ["an object's own name", "constructor", {}, "not_found"],
    ["a mutation by GET", "messages.send", {}, "method_not_allowed"],
    [
      "a query by POST",
      "messages.get",
      { method: "POST", headers: json, body: "{}" },
      "method_not_allowed",
    ],
    [
      "broken JSON",
      "messages.send",
      { method: "POST", headers: json, body: "{secret" },
      "bad_request",
    ],
    ["broken JSON in a query", "messages.get?input={secret", {}, "bad_request"],
    [
      "no JSON",
      "messages.send",
      { method: "POST", headers: { "content-type": "text/plain" }, body: "secret" },
      "unsupported_media_type",
    ],
  ])("is refused in our own words: %s", async (...[, path, init, code]) => {
    const { status, text } = await request(path, { init, of: appRouter });
    expect(JSON.parse(text).error.data).toMatchObject({ code, httpStatus: status });
    expect(text).not.toContain("secret");
  });

  it("gets all problems of its input", async () => {
    const body = JSON.stringify({ user_id: "", content: "hi", timestamp: "x", id: null });
    const { status, text } = await request("messages.send", {
      init: { method: "POST", headers: json, body },
      of: appRouter,
    });
    expect(status).toBe(422);
    const { data } = JSON.parse(text).error;
    expect(data.code).toBe("validation_failed");
    const paths = data.errors.map((issue: { path: string }) => issue.path).sort();
    expect(paths).toEqual(["id", "timestamp", "user_id"]);
  });
});

async function request(
  path: string,
  { init = {}, of = failing }: { init?: RequestInit; of?: typeof failing | typeof appRouter } = {},
): Promise<{ status: number; text: string }> {
  const response = await fetchRequestHandler({
    endpoint: "/trpc",
    router: of,
    req: new Request(`http://localhost/trpc/${path}`, init),
    createContext: () => context,
  });
  return { status: response.status, text: await response.text() };
}
