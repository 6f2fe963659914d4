import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, createContext, trustedCaller } from "./context.ts";
import type { Meta } from "./rest.ts";
import { appRouter } from "./root.ts";
import { rules } from "./rules.ts";
import { procedure, router } from "./trpc.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const nouns: Record<string, Record<string, { _def: { meta: unknown } }>> = appRouter._def.record;
const procedures = Object.entries(nouns).flatMap(([noun, verbs]) =>
  Object.entries(verbs).map(([verb, { _def }]) => {
    const { name } = _def.meta as Meta;
    return { path: `${noun}.${verb}`, name };
  }),
);

describe("the table of rules", () => {
  it("has a row for each procedure, and none beside", () => {
    const paths = procedures.map(({ path }) => path);
    expect(Object.keys(rules).toSorted()).toEqual(paths.toSorted());
  });

  it.each(procedures)("is kept by the row of $path at that path", ({ path, name }) => {
    expect(name).toBe(path);
  });
});

const strangers: Caller[] = [
  { kind: "key" },
  { kind: "user", user_id: "ann", expiresAt: Date.now() + 60_000 },
];

describe.each(strangers)("a caller that no rule lets through: $kind", (caller) => {
  it.each(procedures)("is refused by $path, whatever it sends", async ({ path }) => {
    const [noun = "", verb = ""] = path.split(".");
    const api: unknown = appRouter.createCaller(createContext({ store, caller }));
    const calls = api as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
    for (const input of [undefined, { conversation_id: "room", user_id: "ann" }]) {
      await expect(calls[noun]?.[verb]?.(input)).rejects.toMatchObject({
        code: "FORBIDDEN",
        cause: { code: "forbidden" },
      });
    }
  });
});

it("is asked before the procedure does anything", async () => {
  let calls = 0;
  const counting = router({ count: procedure("messages.get").query(() => ++calls) });
  for (const caller of strangers) {
    const call = counting.createCaller(createContext({ store, caller }));
    await expect(call.count()).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  expect(calls).toBe(0);
  const call = counting.createCaller(createContext({ store, caller: trustedCaller }));
  expect(await call.count()).toBe(1);
});
