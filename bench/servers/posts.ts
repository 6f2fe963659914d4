// What the bench of sends is made of, by the first argument: `nothing` or a file (ChatNest over a store that does nothing, or
// over the embedded one), or `bare` (one Hono route with ChatNest's own schema).
import { createServer } from "node:http";
import { appRouter, createLive } from "@chatnest/api";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { createApp } from "@chatnest/server";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { pino } from "pino";
import type { ZodType } from "zod";

const [kind = ""] = process.argv.slice(2);
const app = kind === "bare" ? bareApp() : chatnestApp();
createServer(getRequestListener(app.fetch)).listen(Number(process.env["PORT"]), "127.0.0.1");
process.once("SIGTERM", () => process.exit());

function chatnestApp(): Pick<Hono, "fetch"> {
  const store = kind === "nothing" ? idleStore() : openSqliteStore(kind);
  return createApp({
    store,
    live: createLive(store),
    logger: pino({ level: "warn" }),
    trust: "loopback",
    corsOrigins: [],
    isDraining: () => false,
  }) as Pick<Hono, "fetch">;
}

function idleStore(): ChatStore {
  const store = openSqliteStore(":memory:");
  let seq = 0;
  const append: ChatStore["log"]["append"] = async (entry) => {
    if (entry.kind !== "message") throw new Error("this store takes messages only");
    return {
      entry: { ...entry, timestamp: new Date().toISOString(), seq: ++seq },
      created: true,
    };
  };
  return { ...store, log: { ...store.log, append } };
}

function bareApp(): Hono {
  const [schema] = appRouter.messages.send._def.inputs as unknown as [ZodType<object>];
  let seq = 0;
  return new Hono()
    .get("/readyz", (c) => c.text("ok"))
    .post("/messages/", async (c) => {
      const message = schema.parse(await c.req.json());
      return c.json({ ...message, timestamp: new Date().toISOString(), seq: ++seq }, 201);
    });
}
