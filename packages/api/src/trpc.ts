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
    // For tRPC's client: it reconnects a subscription that is silent for more than two heartbeats of the server.
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
 * Starts the definition of a procedure that has a row in the table of rules. It enforces the rule, limits the time of an
 * answer, and converts errors to those of the error table.
 */
export function procedure(name: ProcedureName) {
  return bounded.meta({ name }).use(async ({ ctx, next, getRawInput }) => {
    if (ctx.caller.kind !== "user") return next();
    const input = await admit(rules[name], ctx, await getRawInput());
    return next({ getRawInput: async () => input });
  });
}
