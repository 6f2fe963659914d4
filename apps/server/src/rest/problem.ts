import { type ChatError, type ErrorCode, errorTable } from "@chatnest/api";
import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import { respond } from "../http/respond.ts";
import { retryHeaders } from "../http/retry-after.ts";

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/** An error as REST shows it: RFC 9457. */
export const Problem = z
  .object({
    type: z.literal("about:blank").meta({ description: "The `code` says which problem it is." }),
    title: z.string().meta({ description: "The same for every problem of this `code`." }),
    status: z.int(),
    detail: z.string().meta({ description: "What went wrong this time, for people." }),
    code: z.enum(codes).meta({ description: "What went wrong, for programs." }),
    request_id: z.string().meta({ description: "Names the request in the server's log." }),
    errors: z
      .array(
        z
          .object({
            path: z
              .string()
              .meta({ description: "The field, dots between the steps; empty for all of it." }),
            code: z.string(),
            message: z.string(),
          })
          .meta({ id: "InputIssue" }),
      )
      .optional()
      .meta({ description: "What is wrong with the input, when `code` is `validation_failed`." }),
    id: z.string().optional().meta({
      description:
        "The id of a write that may or may not be stored: repeating it with this id is safe.",
    }),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** Answers with an error. */
export function sendProblem(
  c: Context<AppEnv>,
  error: ChatError,
  headers: Record<string, string> = {},
): Response {
  const problem = toProblem(error, c.get("requestId"));
  return respond(c, {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...retryHeaders(error),
      // What is left of the body is not read, so nothing can follow it.
      ...(error.code === "payload_too_large" && { connection: "close" }),
      ...headers,
    },
    body: JSON.stringify(problem),
  });
}

function toProblem({ code, message, issues, id }: ChatError, requestId: string): Problem {
  const { title, status } = errorTable[code];
  return {
    type: "about:blank",
    title,
    status,
    detail: message,
    code,
    request_id: requestId,
    ...(issues && { errors: issues }),
    ...(id !== undefined && { id }),
  };
}
