import { type ChatError, toChatError } from "@chatnest/api";
import type { AnyTRPCRouter } from "@trpc/server";
import type { Hono, MiddlewareHandler } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { bothForms } from "../../http/paths.ts";
import { isFollowed, readOperations, toPattern } from "../routes.ts";
import { streamHeaders, toEventText, toRetryText } from "./sse.ts";

/** When to come back after a refusal, in ms. */
const [refusedFromMs, refusedToMs] = [2_000, 15_000];

/**
 * Sends what is temporarily unavailable as an event on the paths of streams, wherever it failed: a browser gives up for good
 * on any status but 200. It must wrap all that can fail.
 */
export function tellUnavailable(app: Hono<AppEnv>, router: AnyTRPCRouter): void {
  for (const { method, path, procedures } of readOperations(router)) {
    if (procedures.some(isFollowed)) app.on(method, bothForms(toPattern(path)), tellAsEvent);
  }
}

const tellAsEvent: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const error = c.error && toChatError(c.error);
  if (error?.code !== "unavailable") return;
  const headers = new Headers({ ...Object.fromEntries(c.res.headers), ...streamHeaders });
  headers.delete("retry-after");
  // Unless the old response is removed first, Hono copies all of its headers.
  c.res = undefined;
  c.res = new Response(toRefusalText(error), { headers });
};

/** Writes the last that a stream says when it fails for a time. */
export function toRefusalText({ code, message }: ChatError): string {
  const event = toEventText({ event: "unavailable", data: { code, detail: message } });
  return toRetryText(refusedFromMs, refusedToMs) + event;
}
