import { initTRPC } from "@trpc/server";
import { admit } from "./admission.ts";
import { boundAnswer } from "./answer-time.ts";
import type { Context } from "./context.ts";
import { errorTable, toChatError, toTrpcError } from "./errors.ts";
import type { Meta } from "./rest.ts";
import { type ProcedureName, rules } from "./rules.ts";

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isDev: false,
    // Told to tRPC's client: a subscription that says nothing for more than two heartbeats of the server is opened anew.
    sse: { client: { reconnectAfterInactivityMs: 35_000 } },
    errorFormatter({ shape, error, ctx }) {
      const { code, message, issues, id } = toChatError(error);
      return {
        code: shape.code,
        message,
        data: {
          code,
          httpStatus: errorTable[code].status as number,
          ...(ctx && { request_id: ctx.requestId }),
          ...(issues && { errors: issues }),
          ...(id !== undefined && { id }),
        },
      };
    },
  });

export const { router, createCallerFactory } = t;

const bounded = t.procedure.use(async ({ next }) => {
  const result = await boundAnswer(next());
  if (!result.ok) throw toTrpcError(result.error);
  return result;
});

/**
 * Begins a procedure with a row in the table of rules. Only who its rule lets through is answered, in bounded time, with
 * errors of the error table alone.
 */
export function procedure(name: ProcedureName) {
  return bounded.meta({ name }).use(async ({ ctx, next, getRawInput }) => {
    if (ctx.caller.kind !== "user") return next();
    const input = await admit(rules[name], ctx, await getRawInput());
    return next({ getRawInput: async () => input });
  });
}
