import { Hono } from "hono";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { createIdentification, type Identify } from "./identify.ts";

const log: Record<string, unknown>[] = [];
const logger = pino({}, { write: (line: string) => void log.push(JSON.parse(line)) });
beforeEach(() => {
  log.length = 0;
});

/** Tells who calls, or the code of the error. */
async function ask(identify: unknown): Promise<unknown> {
  const find = createIdentification(identify as Identify, logger, 30);
  const app = new Hono<AppEnv>();
  app.get("/", async (c) => c.json({ caller: await find(c) }));
  app.onError((error, c) => c.json({ code: "code" in error ? error.code : error.message }));
  const answer = await app.request("/", { headers: { "x-user": "ann" } });
  return answer.json();
}

const inAnHour = Date.now() + 3_600_000;

describe("authenticate", () => {
  it.each([
    ["a user", (request: Request) => ({ user_id: request.headers.get("x-user") }), "ann"],
    ["a user, later", async () => ({ user_id: "bob" }), "bob"],
  ])("tells of %s", async (_, identify, user_id) => {
    expect(await ask(identify)).toMatchObject({ caller: { kind: "user", user_id } });
    expect(log).toEqual([]);
  });

  it.each([new Date(inAnHour), new Date(inAnHour).toISOString()])(
    "tells how long a session lasts: %s",
    async (expires_at) => {
      const answer = await ask(() => ({ user_id: "ann", expires_at }));
      expect(answer).toMatchObject({ caller: { expiresAt: inAnHour } });
    },
  );

  it("tells of a server", async () => {
    expect(await ask(() => "server")).toEqual({ caller: { kind: "key" } });
  });

  it.each([
    ["nobody", () => null],
    ["a user whose session has ended", () => ({ user_id: "ann", expires_at: new Date(0) })],
  ])("refuses %s, which is no failure", async (_, identify) => {
    expect(await ask(identify)).toEqual({ code: "unauthorized" });
    expect(log).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("the database is away");
      },
    ],
    ["rejects", () => Promise.reject("no error at all")],
    ["never answers", () => new Promise(() => {})],
    ["returns nothing", () => undefined],
    ["returns true", () => true],
    ["returns a text", () => "admin"],
    ["returns no user id", () => ({ user_id: "" })],
    ["returns a number", () => ({ user_id: 7 })],
    ["returns several users", () => ["ann"]],
    ["returns a session that ends at no time", () => ({ user_id: "ann", expires_at: "soon" })],
    ["returns an end in seconds", () => ({ user_id: "ann", expires_at: 1_900_000_000 })],
  ])("lets nobody in, and says why in the log, when it %s", async (_, identify) => {
    expect(await ask(identify)).toEqual({ code: "unavailable" });
    expect(log).toMatchObject([{ level: 50, msg: "authenticate failed" }]);
  });
});
