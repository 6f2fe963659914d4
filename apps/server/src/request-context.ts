import { type Context as ApiContext, createContext } from "@chatnest/api";
import type { Context } from "hono";
import type { AppDeps } from "./app-deps.ts";
import type { AppEnv } from "./app-env.ts";
import { limitLive, StreamSlots } from "./http/stream-slots.ts";
import { createSendLimiter } from "./limits/send-limiter.ts";

/** Makes what the procedures of a request are given. */
export type ContextOf = (c: Context<AppEnv>) => ApiContext;

/** Makes the one door to the procedures: REST, its streams and tRPC all go through it. */
export function createContextOf({
  store,
  live,
  streamLimits,
  sendsPerSecond = 0,
}: AppDeps): ContextOf {
  const slots = new StreamSlots(streamLimits);
  const sends = createSendLimiter(sendsPerSecond);
  return (c) =>
    createContext({
      store,
      live: limitLive(live, slots, { caller: c.get("caller"), response: c.env?.outgoing }),
      caller: c.get("caller"),
      requestId: c.get("requestId"),
      countSend: (caller) => sends.spend(caller),
    });
}
