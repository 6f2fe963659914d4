import { type AnyTRPCProcedure, getTRPCErrorFromUnknown } from "@trpc/server";
import { z } from "zod";
import { admit } from "./admission.ts";
import { boundAnswer } from "./answer-time.ts";
import type { Context } from "./context.ts";
import { ChatError, toChatError, toTrpcError } from "./errors.ts";
import type { Meta } from "./rest.ts";
import { restrict } from "./restrictions.ts";
import { rules } from "./rules.ts";
import { publishStoreFailure } from "./store-failures.ts";

/** What tRPC's borders, and the REST adapter, call a procedure with. */
interface Call {
  ctx: Context;
  getRawInput(): Promise<unknown>;
  path: string;
  signal: AbortSignal | undefined;
}

/** What tRPC's builder has collected of a procedure. The types of tRPC show only some of it. */
interface Definition {
  meta?: Meta;
  inputs: readonly z.ZodType[];
  output?: z.ZodType;
  resolver(options: Omit<Call, "getRawInput"> & { input: unknown }): unknown;
}

/**
 * Replaces how a procedure runs: one function instead of tRPC's chain of middlewares, which copies the options of the call at
 * each step. It enforces the rule of the procedure, parses its input, limits the time of an answer, and converts errors to
 * those of the error table.
 */
export function withDirectCall<TProcedure extends AnyTRPCProcedure>(
  procedure: TProcedure,
): TProcedure {
  const { meta, inputs, output, resolver } = procedure._def as unknown as Definition;
  const [schema, ...others] = inputs;
  if (!meta?.name || !resolver || others.length > 0) {
    throw new Error("a procedure needs a row in the table of rules, and at most one input");
  }
  const { name } = meta;
  const rule = rules[name];
  const parseInput = schema && createParser(schema);
  const answerSchema = output && z.compile(output);

  async function answer({ ctx, getRawInput, path, signal }: Call): Promise<unknown> {
    if (ctx.restrictions) restrict(ctx.restrictions[name], ctx.caller);
    const given = await getRawInput();
    const own = ctx.caller.kind === "user" ? await admit(rule, ctx, given) : given;
    const result = await resolver({ ctx, input: parseInput?.(own), path, signal });
    return answerSchema ? answerSchema.parse(result) : result;
  }

  async function call(options: Call): Promise<unknown> {
    try {
      return await boundAnswer(answer(options));
    } catch (error) {
      publishStoreFailure(error);
      // Any other error than ours is first one of tRPC: an invalid value in the procedure is not an invalid input.
      throw toTrpcError(error instanceof ChatError ? error : getTRPCErrorFromUnknown(error));
    }
  }

  return Object.assign(call, {
    _def: procedure._def,
    meta: procedure.meta,
  }) as unknown as TProcedure;
}

/** Makes a function that parses an input. It throws ChatError `validation_failed`. */
function createParser(schema: z.ZodType): (input: unknown) => unknown {
  const compiled = z.compile(schema);
  return (input) => {
    const { success, data, error } = compiled.safeParse(input);
    if (!success) throw toChatError(error);
    return data;
  };
}
