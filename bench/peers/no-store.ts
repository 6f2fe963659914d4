// The same server as ChatNest's over a store that does nothing.
import { createLive } from "@chatnest/api";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { createApp } from "chatnest/app";
import { pino } from "pino";
import { serve } from "./serve.ts";

const store = idleStore();

serve(
  createApp({
    store,
    live: createLive(store),
    logger: pino({ level: "warn" }),
    trust: "loopback",
    corsOrigins: [],
    isDraining: () => false,
  }),
);

function idleStore(): ChatStore {
  const memory = openSqliteStore(":memory:");
  let seq = 0;
  const append: ChatStore["log"]["append"] = async (entry) => {
    if (entry.kind !== "message") throw new Error("this store takes messages only");
    return {
      entry: { ...entry, timestamp: new Date().toISOString(), seq: ++seq },
      created: true,
    };
  };
  return { ...memory, log: { ...memory.log, append } };
}
