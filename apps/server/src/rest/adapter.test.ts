import {
  createContext,
  type Meta,
  type RestRoute,
  toChatError,
  trustedCaller,
} from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { initTRPC } from "@trpc/server";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import { Heartbeat } from "../http/heartbeat.ts";
import { StreamSlots } from "../http/stream-slots.ts";
import { readPath } from "../http/target.ts";
import { serveRest } from "./adapter.ts";
import { sendProblem } from "./problem.ts";

const { procedure, router } = initTRPC.meta<Meta>().create();
const thing = "/things/{id}";

/** Begins a procedure that REST shows, and that answers with its name and what it was given. */
function show(name: string, route: Pick<RestRoute, "method" | "path"> & Partial<RestRoute>) {
  const toRest = (input: unknown) => ({ status: 200, body: { name, input } });
  const shared = { tag: "things", summary: name, success: { 200: "" }, body: z.object({}) };
  return procedure.meta({ rest: { ...shared, toRest, ...route } });
}

const id = z.string();
const ifMatch = { name: "If-Match", description: "The version seen.", field: "version" };
const key = {
  name: "Key",
  description: "Names the edit.",
  apply: (input: Record<string, unknown>, value: string) => ({ ...input, id: `by ${value}` }),
};

// Parameters before names, as a router may have them.
const things = router({
  get: show("get", { method: "GET", path: thing })
    .input(z.strictObject({ id }))
    .query(({ input }) => input),
  part: show("part", { method: "GET", path: `${thing}/{part}` })
    .input(z.strictObject({ id, part: z.int() }))
    .query(({ input }) => input),
  log: show("log", { method: "GET", path: `${thing}/log` })
    .input(z.object({ id }))
    .input(z.object({ after: z.int().default(0) }))
    .query(({ input }) => input),
  byName: show("byName", { method: "GET", path: "/things/by-name/{name}" })
    .input(z.strictObject({ name: z.string() }))
    .query(({ input }) => input),
  edit: show("edit", { method: "PATCH", path: thing, headers: [ifMatch, key] })
    .input(z.strictObject({ id, content: z.string(), version: z.int().optional() }))
    .mutation(({ input }) => input),
  put: show("put", { method: "PUT", path: thing })
    .input(z.strictObject({ id, content: z.string() }))
    .mutation(({ input }) => input),
  mark: show("mark", { method: "PUT", path: `${thing}/marks/{mark}`, hasBody: false })
    .input(z.strictObject({ id, mark: z.string(), times: z.int().default(1) }))
    .mutation(({ input }) => input),
  unmark: show("unmark", { method: "DELETE", path: `${thing}/marks/{mark}` })
    .input(z.strictObject({ id, mark: z.string(), times: z.int().default(1) }))
    .mutation(({ input }) => input),
  read: show("read", { method: "PUT", path: `${thing}/reads` })
    .input(z.strictObject({ id, upTo: z.int(), revision: z.int().optional() }))
    .mutation(({ input }) => input),
  unread: show("unread", { method: "PUT", path: `${thing}/reads`, when: ["from"] })
    .input(z.strictObject({ id, from: z.int() }))
    .mutation(({ input }) => input),
  some: show("some", { method: "GET", path: `${thing}/some` })
    .input(z.strictObject({ id, old: z.boolean().optional(), all: z.literal(true).optional() }))
    .query(({ input }) => input),
  empty: show("empty", { method: "DELETE", path: thing, hasBody: true })
    .input(z.strictObject({ id, reason: z.string() }))
    .mutation(({ input }) => input),
});

const store = openSqliteStore(":memory:");
const app = new Hono<AppEnv>({ getPath: readPath });
serveRest(app, router({ things }), {
  contextOf: () => createContext({ store, caller: trustedCaller }),
  heartbeat: new Heartbeat(),
  reads: new StreamSlots(),
  logger: pino({ level: "silent" }),
});
app.onError((error, c) => sendProblem(c, toChatError(error)));
afterAll(() => store.close());

/** Asks, with a body of JSON where one is given. */
async function ask(target: string, body?: unknown, headers: Record<string, string> = {}) {
  const [method = "", path = ""] = target.split(" ");
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const response = await app.request(path, { method, headers: { ...type, ...headers }, ...sent });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const echo = (name: string, input: unknown) => ({ status: 200, body: { name, input } });

describe("a procedure in REST", () => {
  it.each([
    ["PATCH /things/a", { content: "x" }, "edit", { id: "a", content: "x" }],
    ["PUT /things/a", { content: "x" }, "put", { id: "a", content: "x" }],
    ["PUT /things/a/marks/%F0%9F%91%8D", undefined, "mark", { id: "a", mark: "👍", times: 1 }],
    ["PUT /things/a/marks/m?times=3", undefined, "mark", { id: "a", mark: "m", times: 3 }],
    ["DELETE /things/a/marks/m?times=3", undefined, "unmark", { id: "a", mark: "m", times: 3 }],
    ["DELETE /things/a", { reason: "x" }, "empty", { id: "a", reason: "x" }],
  ])("takes its path and its body, or its query: %s", async (...[target, body, name, input]) => {
    expect(await ask(target, body)).toEqual(echo(name, input));
    expect(await ask(target.replace(/(\?|$)/, "/$1"), body)).toEqual(echo(name, input));
  });

  it.each([
    ["GET /things/by-name", "get", { id: "by-name" }],
    ["GET /things/a/7", "part", { id: "a", part: 7 }],
    ["GET /things/a/log?after=3", "log", { id: "a", after: 3 }],
    ["GET /things/by-name/7", "byName", { name: "7" }],
    ["GET /things/by-name/log", "byName", { name: "log" }],
  ])("is found by the most specific path: %s", async (target, name, input) => {
    expect(await ask(target)).toEqual(echo(name, input));
  });

  it.each([
    [{ upTo: 3 }, "read", { upTo: 3 }],
    [{ upTo: 3, revision: null }, "read", { upTo: 3 }],
    [{ from: 3 }, "unread", { from: 3 }],
  ])("is chosen by the fields of the body: %j", async (...[body, name, input]) => {
    for (const target of ["PUT /things/a/reads", "PUT /things/a/reads/"]) {
      expect(await ask(target, body)).toEqual(echo(name, { id: "a", ...input }));
    }
  });

  it.each([
    [{}, ["upTo"]],
    [{ upTo: null }, ["upTo"]],
    [{ from: null }, ["from"]],
    [{ from: 3, upTo: 3 }, ["upTo"]],
    [{ from: 3, revision: 1 }, ["revision"]],
    [{ From: 3 }, ["upTo", "From"]],
    [JSON.parse('{"__proto__":{"from":3}}'), ["upTo", "__proto__"]],
  ])("refuses a body that is none of those: %j", async (body, paths) => {
    const { status, body: problem } = await ask("PUT /things/a/reads", body);
    const errors = problem["errors"] as { path: string }[];
    expect([status, errors.map(({ path }) => path)]).toEqual([422, paths]);
  });

  it.each([
    ["old=true", { old: true }],
    ["old=false&all=true", { old: false, all: true }],
  ])("takes booleans of its query: %s", async (query, input) => {
    expect(await ask(`GET /things/a/some?${query}`)).toEqual(echo("some", { id: "a", ...input }));
  });

  it.each(["old=", "old=1", "old=TRUE", "old=true%20", "old=null", "all=false"])(
    "refuses a query whose boolean is none: %s",
    async (query) => {
      const { status, body } = await ask(`GET /things/a/some?${query}`);
      expect([status, body["errors"]]).toMatchObject([422, [{ path: query.slice(0, 3) }]]);
    },
  );

  it("takes what its headers give", async () => {
    const content = "x";
    const edited = (input: object) => echo("edit", { content, ...input });
    const both = { "if-match": "7", key: "k" };
    expect(await ask("PATCH /things/a", { content }, both)).toEqual(
      edited({ id: "by k", version: 7 }),
    );
    expect(await ask("PATCH /things/a", { content }, { "if-match": "7" })).toEqual(
      edited({ id: "a", version: 7 }),
    );
  });

  it.each([
    ["PATCH /things/a", { content: "x", version: 7 }, "version", "unknown field"],
    ["PATCH /things/a", { content: "x", id: "b" }, "id", "the path says it"],
    ["PATCH /things/a?times=3", { content: "x" }, "times", "unknown parameter"],
    ["PATCH /things/a", { content: "x", other: 1 }, "other", "unknown field"],
    ["PUT /things/a/marks/m?other=1", undefined, "other", "unknown field"],
    ["DELETE /things/a?reason=x", { reason: "x" }, "reason", "unknown parameter"],
  ])("refuses what has no place there: %s %j", async (...[target, sent, path, message]) => {
    const { status, body } = await ask(target, sent);
    expect([status, body["code"]]).toEqual([422, "validation_failed"]);
    expect(body["errors"]).toEqual([{ path, code: "unrecognized_keys", message }]);
  });

  it.each(["PATCH /things/a", "PUT /things/a", "DELETE /things/a"])(
    "needs the body that it takes: %s",
    async (target) => {
      expect(await ask(target)).toMatchObject({ status: 400, body: { code: "bad_request" } });
      const asText = await ask(target, { content: "x" }, { "content-type": "text/plain" });
      expect(asText).toMatchObject({ status: 415 });
      const large = await ask(target, { content: "x".repeat(262_144) });
      expect(large).toMatchObject({ status: 413 });
    },
  );
});
