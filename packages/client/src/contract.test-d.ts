import type {
  AppRouter,
  ErrorCode,
  RouterInputs,
  RouterOutputs,
  InputIssue as ServerInputIssue,
} from "@chatnest/api";
import { expectTypeOf, test } from "vitest";
import type { FromAnyServer } from "../tests/any-server.ts";
import type { Mutations, Queries } from "./contract.ts";
import type { InputIssue, ServerErrorCode } from "./errors.ts";

type Procedures = Queries & Mutations;
type Path = keyof Procedures;

// Not in the client on purpose: it follows streams over REST, and imports are for the command.
type LeftOut =
  | "live.conversation"
  | "live.user"
  | "messages.all"
  | "messages.import"
  | "conversations.all"
  | "notes.all";

type PathOf<TRecord> = {
  [TNoun in keyof TRecord & string]: `${TNoun}.${keyof TRecord[TNoun] & string}`;
}[keyof TRecord & string];

/** The member of a router's record at a path. */
type At<
  TRecord,
  TPath extends string,
> = TPath extends `${infer TNoun extends keyof TRecord & string}.${infer TVerb}`
  ? TVerb extends keyof TRecord[TNoun]
    ? TRecord[TNoun][TVerb]
    : "no such procedure"
  : "no such procedure";

/** A type with its intersections and mapped types resolved. */
type Flat<T> = T extends readonly (infer TItem)[]
  ? Flat<TItem>[]
  : T extends object
    ? { [TKey in keyof T]: Flat<T[TKey]> }
    : T;

// Identity, not assignability: a new optional field is assignable both ways and would go unnoticed.
type IsSame<TLeft, TRight> =
  (<T>() => T extends Flat<TLeft> ? 1 : 2) extends <T>() => T extends Flat<TRight> ? 1 : 2
    ? true
    : false;

/** The procedures whose input or output differs from the contract. */
type Drift<TField extends "input" | "output", TInferred> = {
  [TPath in Path]: IsSame<Procedures[TPath][TField], Arrived<At<TInferred, TPath>>> extends true
    ? never
    : TPath;
}[Path];

// Names the procedures that differ in the compiler's error.
type None<TPath extends never> = TPath;

// tRPC infers `never` for an empty answer; the client gets `undefined`.
type Arrived<TOutput> = [TOutput] extends [never] ? undefined : FromAnyServer<TOutput>;

type Declared<TField extends "input" | "output"> = { [TPath in Path]: Procedures[TPath][TField] };
type Inferred<TRecord> = { [TPath in Path]: Arrived<At<TRecord, TPath>> };
type Routed = AppRouter["_def"]["record"];
type KindOf<TProcedure> = TProcedure extends { _def: { type: infer TKind } } ? TKind : never;
type OfKind<TKind> = {
  [TPath in Path]: KindOf<At<Routed, TPath>> extends TKind ? TPath : never;
}[Path];

test("the contract declares exactly the inputs of the procedures", () => {
  expectTypeOf<None<Drift<"input", RouterInputs>>>().toBeNever();
});

test("the contract declares exactly the outputs of the procedures", () => {
  expectTypeOf<None<Drift<"output", RouterOutputs>>>().toBeNever();
});

test("declared and inferred types are assignable both ways", () => {
  expectTypeOf<Declared<"input">>().toExtend<Inferred<RouterInputs>>();
  expectTypeOf<Inferred<RouterInputs>>().toExtend<Declared<"input">>();
  expectTypeOf<Declared<"output">>().toExtend<Inferred<RouterOutputs>>();
  expectTypeOf<Inferred<RouterOutputs>>().toExtend<Declared<"output">>();
});

test("every procedure is declared or left out on purpose", () => {
  expectTypeOf<Path | LeftOut>().toEqualTypeOf<PathOf<Routed>>();
});

test("queries are queries and mutations are mutations", () => {
  expectTypeOf<OfKind<"query">>().toEqualTypeOf<keyof Queries>();
  expectTypeOf<OfKind<"mutation">>().toEqualTypeOf<keyof Mutations>();
});

test("the client declares every error code and issue of the server", () => {
  // The client declares the code of a rate limit before the server has one.
  expectTypeOf<ServerErrorCode>().toEqualTypeOf<ErrorCode | "too_many_requests">();
  expectTypeOf<InputIssue>().toEqualTypeOf<ServerInputIssue>();
});
