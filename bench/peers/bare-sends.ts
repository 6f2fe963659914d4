// One Hono route that checks a message by ChatNest's own schema, and stores nothing.
import { appRouter } from "@chatnest/api";
import { Hono } from "hono";
import type { ZodType } from "zod";
import { serve } from "./serve.ts";

const [schema] = appRouter.messages.send._def.inputs as unknown as [ZodType<object>];
let seq = 0;

serve(
  new Hono()
    .get("/readyz", (c) => c.text("ok"))
    .post("/messages/", async (c) => {
      const message = schema.parse(await c.req.json());
      return c.json({ ...message, timestamp: new Date().toISOString(), seq: ++seq }, 201);
    }),
);
