import { initTRPC, type TRPCCreateRouterOptions } from "@trpc/server";
import { withDirectCall } from "./calling.ts";
import type { Context } from "./context.ts";
import { errorTable, toChatError } from "./errors.ts";
import type { Meta } from "./rest.ts";
import type { ProcedureName } from "./rules.ts";

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

export const { createCallerFactory } = t;

/** Starts the definition of a procedure that has a row in the table of rules. */
export function procedure(name: ProcedureName) {
  return t.procedure.meta({ name });
}

/** Makes a router of procedures, or of other routers. */
export function router<TMembers extends TRPCCreateRouterOptions>(members: TMembers) {
  const entries = Object.entries(members).map(([name, member]) => [
    name,
    typeof member === "function" && "_def" in member ? withDirectCall(member) : member,
  ]);
  return t.router(Object.fromEntries(entries) as TMembers);
}
