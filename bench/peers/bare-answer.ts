// Arguments: a file. One Hono route that answers with what is in it.
import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { serve } from "./serve.ts";

const [file = ""] = process.argv.slice(2);
const answer = readFileSync(file, "utf8");
const headers = { "content-type": "application/json" };

serve(
  new Hono()
    .get("/readyz", (c) => c.text("ok"))
    .get("/messages/:conversation_id", (c) => c.body(answer, 200, headers))
    .get("/messages/:conversation_id/:seq", (c) => c.body(answer, 200, headers)),
);
