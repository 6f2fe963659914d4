import { setTimeout as delay } from "node:timers/promises";
import { createLive } from "@chatnest/api";
import type { HttpBindings } from "@hono/node-server";
import { createApp } from "./app.ts";
import type { AppDeps } from "./app-deps.ts";
import { StreamSlots } from "./http/stream-slots.ts";

/** A whole ChatNest over an open store, which its owner closes after it. */
export interface MountedChatNest {
  /** Answers a request. Without Node's own request and response, a web stream carries what is streamed. */
  fetch(request: Request, bindings?: HttpBindings): Promise<Response>;
  /** Ends all live streams with an event, and takes no more than one request on each connection. */
  drain(): void;
  /** Waits until every request is answered, but no longer than a time in ms. */
  idle(timeoutMs: number): Promise<void>;
}

/** What it is made of. */
export type MountParts = Omit<AppDeps, "live" | "isDraining" | "slots">;

/** How often it looks whether requests are left, in ms. */
const lookMs = 20;
/** The longest time of a timer of Node, in ms: a longer one ends at once. */
const timerMsMax = 2 ** 31 - 1;

/** Puts ChatNest together: what `chatnest serve` and `createChatNest` share. */
export function mountChatNest(parts: MountParts): MountedChatNest {
  const { store, basePath, hooks } = parts;
  const live = createLive(store);
  const slots = {
    live: new StreamSlots(parts.streamLimits),
    reads: new StreamSlots({ perProcess: 500, perUser: 20, ...parts.readLimits }),
  };
  let isDraining = false;
  let requests = 0;
  const app = createApp({ ...parts, live, slots, isDraining: () => isDraining });

  return {
    async fetch(request, bindings) {
      requests++;
      try {
        const env = basePath === undefined ? bindings : { ...bindings, basePath };
        const response = await app.fetch(request, env);
        // It is about a connection, of which there is none here.
        if (!bindings) response.headers.delete("connection");
        return response;
      } finally {
        requests--;
      }
    },
    drain() {
      isDraining = true;
      live.close();
    },
    async idle(timeoutMs) {
      const end = performance.now() + Math.min(timeoutMs, timerMsMax);
      const isBusy = () => requests + slots.live.taken + slots.reads.taken > 0;
      while (isBusy() && performance.now() < end) await delay(lookMs);
      const leftMs = Math.max(0, end - performance.now());
      await Promise.race([hooks?.listener?.idle(), delay(leftMs, undefined, { ref: false })]);
    },
  };
}
