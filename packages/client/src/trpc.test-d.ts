import type { AppRouter } from "@chatnest/api";
import type { inferRouterError, inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { expectTypeOf, test } from "vitest";
import type { FromAnyServer } from "../tests/any-server.ts";
import type { AppRouter as Declared } from "./trpc.ts";

/**
 * A type with its intersections and mapped types resolved, so that equal types are identical. Metadata has no end, and is
 * compared by itself.
 */
type Flat<T> =
  T extends AsyncIterable<infer TItem>
    ? { stream: Flat<TItem> }
    : T extends readonly (infer TItem)[]
      ? Flat<TItem>[]
      : T extends object
        ? string extends keyof T
          ? "metadata"
          : { [TKey in keyof FromAnyServer<T>]: Flat<FromAnyServer<T>[TKey]> }
        : T;

type Router = AppRouter | Declared;
type Inputs<TRouter extends Router> = Flat<inferRouterInputs<TRouter>>;
type Outputs<TRouter extends Router> = Flat<inferRouterOutputs<TRouter>>;
type FailureFields<TRouter extends Router> = keyof inferRouterError<TRouter>["data"];

/** Which of a router's procedures are queries, mutations and subscriptions. */
type Kinds<TRouter extends Router, TRecord = TRouter["_def"]["record"]> = {
  [TNoun in keyof TRecord]: {
    [TVerb in keyof TRecord[TNoun]]: TRecord[TNoun][TVerb] extends { _def: { type: infer TKind } }
      ? TKind
      : never;
  };
};

/** The procedures that the server answers over tRPC: it refuses to stream whole lists there. */
type Callable<TNouns> = { [TNoun in keyof TNouns]: Flat<Omit<TNouns[TNoun], "all">> };

// Identity, not assignability: a new optional field is assignable both ways and would go unnoticed.
test("the declared router has exactly the callable procedures", () => {
  expectTypeOf<Kinds<Declared>>().toEqualTypeOf<Callable<Kinds<AppRouter>>>();
});

test("their inputs and outputs are exactly the same", () => {
  expectTypeOf<Inputs<Declared>>().toEqualTypeOf<Callable<Inputs<AppRouter>>>();
  expectTypeOf<Outputs<Declared>>().toEqualTypeOf<Callable<Outputs<AppRouter>>>();
});

test("their metadata is the same", () => {
  type Of<TRouter extends Router> = inferRouterOutputs<TRouter>["messages"]["get"]["metadata"];
  expectTypeOf<Of<Declared>>().toExtend<Of<AppRouter>>();
  expectTypeOf<Of<AppRouter>>().toExtend<Of<Declared>>();
});

test("their errors are declared, with every code", () => {
  expectTypeOf<inferRouterError<AppRouter>>().toExtend<inferRouterError<Declared>>();
  expectTypeOf<FailureFields<Declared>>().toEqualTypeOf<FailureFields<AppRouter>>();
});
