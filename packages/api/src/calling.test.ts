import { openSqliteStore } from "@chatnest/db";
import { initTRPC } from "@trpc/server";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Caller, trustedCaller } from "./caller.ts";
import { withDirectCall } from "./calling.ts";
import { createContext } from "./context.ts";
import type { Meta } from "./rest.ts";
import { appRouter } from "./root.ts";
import { procedure } from "./trpc.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());
const ann: Caller = { kind: "user", user_id: "ann", expiresAt: Date.now() + 60_000 };

/** Calls a procedure as tRPC and the REST adapter do. */
function run(called: unknown, input: unknown, caller: Caller = trustedCaller): Promise<unknown> {
  const signal = new AbortController().signal;
  const call = called as (options: object) => Promise<unknown>;
  return call({
    ctx: createContext({ store, caller }),
    getRawInput: async () => input,
    path: "notes.send",
    signal,
  });
}

const echo = withDirectCall(
  procedure("notes.send")
    .input(z.strictObject({ user_id: z.string(), limit: z.int().default(50) }))
    .query(({ input, path, signal }) => ({ input, path, isAborted: signal?.aborted })),
);

describe("a procedure that is called directly", () => {
  it("gets its input as its schema parses it, its path and its signal", async () => {
    expect(await run(echo, { user_id: "bob" })).toEqual({
      input: { user_id: "bob", limit: 50 },
      path: "notes.send",
      isAborted: false,
    });
  });

  it("enforces its rule before it reads the input", async () => {
    const forbidden = { code: "FORBIDDEN", cause: { code: "forbidden" } };
    await expect(run(echo, { user_id: "bob", limit: "x" }, ann)).rejects.toMatchObject(forbidden);
    expect(await run(echo, {}, ann)).toMatchObject({ input: { user_id: "ann" } });
  });

  it("refuses an input with every problem of it", async () => {
    await expect(run(echo, { user_id: 1, limit: 0.5, more: true })).rejects.toMatchObject({
      code: "UNPROCESSABLE_CONTENT",
      cause: { issues: [{ path: "user_id" }, { path: "limit" }, { path: "more" }] },
    });
  });
});

it("is how every procedure of the router is called", () => {
  const procedures: unknown = appRouter._def.procedures;
  for (const called of Object.values(procedures as Record<string, object>)) {
    expect(String(called)).toContain("boundAnswer");
  }
});

it("needs a rule, and one input at most", () => {
  const t = initTRPC.meta<Meta>().create();
  const two = procedure("messages.get").input(z.object({})).input(z.object({}));
  expect(() => withDirectCall(two.query(() => 1))).toThrow("one input");
  expect(() => withDirectCall(t.procedure.query(() => 1))).toThrow("table of rules");
});
