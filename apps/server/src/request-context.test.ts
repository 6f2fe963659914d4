import { appRouter, type Caller, createLive, toChatError, trustedCaller } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import type { AppEnv } from "./app-env.ts";
import { Heartbeat } from "./http/heartbeat.ts";
import { StreamSlots } from "./http/stream-slots.ts";
import { readPath } from "./http/target.ts";
import { createContextOf } from "./request-context.ts";
import { serveRest } from "./rest/adapter.ts";
import { sendProblem } from "./rest/problem.ts";
import { readOperations } from "./rest/routes.ts";
import { serveTrpc } from "./trpc/serve-trpc.ts";

const store = openSqliteStore(":memory:");
const live = createLive(store);
const logger = pino({ level: "silent" });
const contextOf = createContextOf({
  store,
  live,
  logger,
  trust: "loopback",
  corsOrigins: [],
  isDraining: () => false,
});
afterAll(async () => {
  live.close();
  await store.close();
});

/** Makes what answers one caller. */
function createAppOf(caller: Caller): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: readPath });
  app.use((c, next) => {
    c.set("caller", caller);
    c.set("requestId", "request-1");
    return next();
  });
  const parts = { contextOf, heartbeat: new Heartbeat(), reads: new StreamSlots(), logger };
  serveRest(app, appRouter, parts);
  serveTrpc(app, parts);
  app.onError((error, c) => sendProblem(c, toChatError(error)));
  return app;
}

const stranger = createAppOf({ kind: "user", user_id: "mallory", expiresAt: Date.now() + 60_000 });
const trusted = createAppOf(trustedCaller);

describe("a user who is a stranger", () => {
  const operations = readOperations(appRouter).map(({ method, path, procedures }) => ({
    method,
    path: path.replaceAll(/\{\w+\}/g, "a"),
    hasBody: procedures.some((procedure) => procedure.hasBody),
  }));

  it.each(operations)("gets nothing by $method $path", async ({ method, path, hasBody }) => {
    const headers = { "content-type": "application/json" };
    const response = await stranger.request(path, {
      method,
      ...(hasBody && { headers, body: "{}" }),
    });
    // Another user, a conversation that it is not in, or a body with nothing in it.
    expect([403, 404, 422]).toContain(response.status);
    expect(await response.json()).toMatchObject({ request_id: "request-1" });
  });

  it("gets nothing over tRPC", async () => {
    const input = encodeURIComponent(JSON.stringify({ conversation_id: "a" }));
    const page = await stranger.request(`/trpc/messages.page?input=${input}`);
    expect([page.status, await page.json()]).toMatchObject([
      404,
      { error: { data: { code: "not_found", request_id: "request-1" } } },
    ]);
    const events = await stranger.request(`/trpc/live.conversation?input=${input}`);
    expect(await events.text()).toContain('"code":"not_found"');
  });
});

it("is let through where it is trusted, by the same paths", async () => {
  expect((await trusted.request("/messages/a")).status).toBe(200);
  const input = encodeURIComponent(JSON.stringify({ conversation_id: "a" }));
  expect((await trusted.request(`/trpc/messages.page?input=${input}`)).status).toBe(200);
});
