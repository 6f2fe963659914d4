import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";

/** Serves an application on `PORT`, as ChatNest does. */
export function serve(app: { fetch: Parameters<typeof getRequestListener>[0] }): void {
  createServer(getRequestListener(app.fetch)).listen(Number(process.env["PORT"]), "127.0.0.1");
  process.once("SIGTERM", () => process.exit());
}
