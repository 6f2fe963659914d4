import { initTRPC } from "@trpc/server";
import { boundAnswer } from "./answer-time.ts";
import type { Context } from "./context.ts";
import { errorTable, toChatError, toTrpcError } from "./errors.ts";
import type { Meta } from "./rest.ts";

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

/** A procedure that answers in bounded time, with errors of the error table alone. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await boundAnswer(next());
  if (!result.ok) throw toTrpcError(result.error);
  return result;
});
