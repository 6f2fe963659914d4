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

// What the client leaves out on purpose: streams are for REST, imports for the command.
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

/** What a record of the router has at a path. */
type At<
  TRecord,
  TPath extends string,
> = TPath extends `${infer TNoun extends keyof TRecord & string}.${infer TVerb}`
  ? TVerb extends keyof TRecord[TNoun]
    ? TRecord[TNoun][TVerb]
    : "no such procedure"
  : "no such procedure";

/** A type as a reader sees it, however it is put together. */
type Flat<T> = T extends readonly (infer TItem)[]
  ? Flat<TItem>[]
  : T extends object
    ? { [TKey in keyof T]: Flat<T[TKey]> }
    : T;

// Identity and not assignability: a new optional field is assignable both ways, and would go unnoticed.
type IsSame<TLeft, TRight> =
  (<T>() => T extends Flat<TLeft> ? 1 : 2) extends <T>() => T extends Flat<TRight> ? 1 : 2
    ? true
    : false;

/** The procedures that take or give something else than is declared. */
type Drift<TField extends "input" | "output", TInferred> = {
  [TPath in Path]: IsSame<Procedures[TPath][TField], Arrived<At<TInferred, TPath>>> extends true
    ? never
    : TPath;
}[Path];

// In the error of a drift, this names the procedures that differ.
type None<TPath extends never> = TPath;

// tRPC infers `never` where nothing is answered; what arrives is `undefined`.
type Arrived<TOutput> = [TOutput] extends [never] ? undefined : FromAnyServer<TOutput>;

type Declared<TField extends "input" | "output"> = { [TPath in Path]: Procedures[TPath][TField] };
type Inferred<TRecord> = { [TPath in Path]: Arrived<At<TRecord, TPath>> };
type Routed = AppRouter["_def"]["record"];
type KindOf<TProcedure> = TProcedure extends { _def: { type: infer TKind } } ? TKind : never;
type OfKind<TKind> = {
  [TPath in Path]: KindOf<At<Routed, TPath>> extends TKind ? TPath : never;
}[Path];

test("the contract declares exactly what procedures take", () => {
  expectTypeOf<None<Drift<"input", RouterInputs>>>().toBeNever();
});

test("the contract declares exactly what procedures give", () => {
  expectTypeOf<None<Drift<"output", RouterOutputs>>>().toBeNever();
});

test("what is declared and what is inferred are assignable both ways", () => {
  expectTypeOf<Declared<"input">>().toExtend<Inferred<RouterInputs>>();
  expectTypeOf<Inferred<RouterInputs>>().toExtend<Declared<"input">>();
  expectTypeOf<Declared<"output">>().toExtend<Inferred<RouterOutputs>>();
  expectTypeOf<Inferred<RouterOutputs>>().toExtend<Declared<"output">>();
});

test("every procedure is declared, or left out on purpose", () => {
  expectTypeOf<Path | LeftOut>().toEqualTypeOf<PathOf<Routed>>();
});

test("queries are queries and mutations are mutations", () => {
  expectTypeOf<OfKind<"query">>().toEqualTypeOf<keyof Queries>();
  expectTypeOf<OfKind<"mutation">>().toEqualTypeOf<keyof Mutations>();
});

test("the client knows every code and every issue of the server", () => {
  // The client knows the code of a rate limit before there is one.
  expectTypeOf<ServerErrorCode>().toEqualTypeOf<ErrorCode | "too_many_requests">();
  expectTypeOf<InputIssue>().toEqualTypeOf<ServerInputIssue>();
});
