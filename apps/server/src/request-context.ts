import { type Context as ApiContext, createContext } from "@chatnest/api";
import type { Context } from "hono";
import type { AppDeps } from "./app-deps.ts";
import type { AppEnv } from "./app-env.ts";
import { endingOf } from "./http/ending.ts";
import { limitLive, StreamSlots } from "./http/stream-slots.ts";
import { createSendLimiter } from "./limits/send-limiter.ts";

/** Makes what the procedures of a request are given. */
export type ContextOf = (c: Context<AppEnv>) => ApiContext;

/** Makes the one door to the procedures: REST, its streams and tRPC all go through it. */
export function createContextOf(deps: AppDeps): ContextOf {
  const { store, live, hooks, restrictions, sendsPerSecond = 0 } = deps;
  const slots = deps.slots?.live ?? new StreamSlots(deps.streamLimits);
  const sends = createSendLimiter(sendsPerSecond);
  return (c) =>
    createContext({
      store,
      live: limitLive(live, slots, {
        caller: c.get("caller"),
        endingOf: () => endingOf(c),
      }),
      caller: c.get("caller"),
      requestId: c.get("requestId"),
      countSend: (caller) => sends.spend(caller),
      hooks,
      restrictions,
    });
}
