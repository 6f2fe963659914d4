import { expectTypeOf, test } from "vitest";
import type { ProcedureName } from "./rules.ts";
import { procedure } from "./trpc.ts";

test("a procedure without a row in the table of rules does not compile", () => {
  expectTypeOf(procedure).parameter(0).toEqualTypeOf<ProcedureName>();
  expectTypeOf<"messages.send">().toExtend<ProcedureName>();
  expectTypeOf<"messages.nothing">().not.toExtend<ProcedureName>();
  expectTypeOf<string>().not.toExtend<ProcedureName>();
  // @ts-expect-error There is no such row.
  procedure("messages.nothing");
});
