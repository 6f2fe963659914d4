import type { ChatError } from "@chatnest/api";
import type { AnyTRPCRouter } from "@trpc/server";
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { SendError } from "../../http/methods.ts";
import { PathRouter } from "../../http/path-router.ts";
import { bothForms } from "../../http/paths.ts";
import { respond } from "../../http/respond.ts";
import { isFollowed, readOperations, toPattern } from "../routes.ts";
import { streamHeaders, toEventText, toRetryText } from "./sse.ts";

/** When to come back after a refusal, in ms. */
const [refusedFromMs, refusedToMs] = [2_000, 15_000];

/**
 * Sends what is temporarily unavailable as an event on the paths of streams, wherever it failed, and all else as it is sent
 * elsewhere: a browser gives up for good on any status but 200.
 */
export function tellUnavailable(router: AnyTRPCRouter, sendError: SendError): SendError {
  const streams = new PathRouter<true>();
  for (const { method, path, procedures } of readOperations(router)) {
    if (!procedures.some(isFollowed)) continue;
    for (const form of bothForms(toPattern(path))) streams.add(method, form, true);
  }
  const isStream = ({ req }: Context<AppEnv>) =>
    streams.match(req.method === "HEAD" ? "GET" : req.method, req.path)[0].length > 0;

  return (c, error, headers) =>
    error.code === "unavailable" && isStream(c)
      ? respond(c, { status: 200, headers: streamHeaders, body: toRefusalText(error) })
      : sendError(c, error, headers);
}

/** Writes the last that a stream says when it fails for a time. */
export function toRefusalText({ code, message }: ChatError): string {
  const event = toEventText({ event: "unavailable", data: { code, detail: message } });
  return toRetryText(refusedFromMs, refusedToMs) + event;
}
