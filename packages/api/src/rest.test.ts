import { describe, expect, it } from "vitest";
import { z } from "zod";
import { errorTable } from "./errors.ts";
import type { Meta, RestRoute } from "./rest.ts";
import { appRouter } from "./root.ts";

interface Route {
  name: string;
  rest: RestRoute;
  /** The names of its input's fields. */
  fields: string[];
}
const routes = readRoutes();

describe("the routes of REST", () => {
  it("are the documented ones", () => {
    const shown = routes.map(({ rest: { method, path, when } }) =>
      [method, path, ...(when ? [`with ${when.join(", ")}`] : [])].join(" "),
    );
    expect(shown.sort()).toEqual([
      "DELETE /conversations/{conversation_id}/members/{user_id}",
      "DELETE /messages/{conversation_id}/{seq}",
      "DELETE /messages/{conversation_id}/{seq}/reactions/{key}",
      "GET /conversations/by-id/{conversation_id}",
      "GET /conversations/{user_id}",
      "GET /conversations/{user_id} with limit, cursor, archived, unread",
      "GET /messages/{conversation_id}",
      "GET /messages/{conversation_id} with limit, before, after",
      "GET /messages/{conversation_id}/events",
      "GET /messages/{conversation_id}/log",
      "GET /messages/{conversation_id}/reads",
      "GET /messages/{conversation_id}/{seq}",
      "GET /messages/{conversation_id}/{seq}/reactions",
      "GET /messages/{conversation_id}/{seq}/replies",
      "GET /messages/{conversation_id}/{seq}/versions",
      "GET /users/{user_id}/events",
      "GET /users/{user_id}/notes",
      "GET /users/{user_id}/notes with limit, before, after",
      "GET /users/{user_id}/unread",
      "PATCH /conversations/by-id/{conversation_id}",
      "PATCH /conversations/{conversation_id}/members/{user_id}",
      "PATCH /messages/{conversation_id}/{seq}",
      "POST /conversations/",
      "POST /conversations/{conversation_id}/members",
      "POST /messages/",
      "PUT /messages/{conversation_id}/reads/{user_id}",
      "PUT /messages/{conversation_id}/reads/{user_id} with unread_from",
      "PUT /messages/{conversation_id}/{seq}/reactions/{key}",
    ]);
  });

  it("differ by method, path, and the fields that select them", () => {
    const keys = routes.map(({ rest }) =>
      JSON.stringify([rest.method, rest.path, rest.when ?? []]),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("share a path only if all but one have fields of their own that select them", () => {
    const byPath = Map.groupBy(routes, ({ rest }) => `${rest.method} ${rest.path}`);
    for (const shared of byPath.values()) {
      const choices = shared.flatMap(({ rest }) => rest.when ?? []);
      expect(shared.filter(({ rest }) => !rest.when)).toHaveLength(1);
      expect(new Set(choices).size).toBe(choices.length);
    }
  });

  it.each(routes)(
    "take the parameters of the path and those that choose as fields ($name)",
    ({ fields, rest }) => {
      const inPath = [...rest.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param);
      expect(fields).toEqual(expect.arrayContaining([...inPath, ...(rest.when ?? [])]));
      expect(new Set(inPath).size).toBe(inPath.length);
    },
  );

  it.each(routes)(
    "say what each success is, and which errors are their own ($name)",
    ({ rest }) => {
      const statuses = Object.keys(rest.success).map(Number);
      expect(statuses.every((status) => status >= 200 && status < 300)).toBe(true);
      // More than one must be told apart by the result.
      expect(statuses.length === 1 || rest.toRest !== undefined).toBe(true);
      expect(rest.body === null).toBe(statuses.includes(204));
      if (rest.hasLinks) expect(rest.toRest).toBeDefined();
      expect(Object.keys(errorTable)).toEqual(expect.arrayContaining([...(rest.errors ?? [])]));
      if (rest.when && rest.method === "GET") expect(rest.hasLinks).toBe(true);
    },
  );

  it("answer 201 when something is created, 200 when it existed, and 204 without a body", () => {
    const message = { id: "12345678" };
    const toStatus = (name: string, result: unknown) => routeOf(name).toRest?.(result, {});
    for (const [created, status] of [
      [true, 201],
      [false, 200],
    ] as const) {
      expect(toStatus("messages.send", { message, created })).toEqual({ status, body: message });
      const conversation = { id: "room" };
      const created201 = toStatus("conversations.create", { conversation, created });
      expect(created201).toEqual({ status, body: conversation });
      const member = { conversation_id: "room", user_id: "ann", added: created };
      expect(toStatus("conversations.addMember", member)).toEqual({ status, body: member });
    }
    const entry = { id: "12345678" };
    expect(toStatus("messages.react", { entry, created: true })).toEqual({
      status: 201,
      body: entry,
    });
    expect(toStatus("messages.react", { entry, created: false })).toEqual({
      status: 200,
      body: entry,
    });
    expect(toStatus("messages.edit", { message, created: true })).toEqual({
      status: 200,
      body: message,
    });
    expect(toStatus("messages.delete", { created: true })).toEqual({ status: 204 });
    expect(toStatus("messages.unreact", { entry: null, created: false })).toEqual({ status: 204 });
    expect(toStatus("conversations.removeMember", undefined)).toEqual({ status: 204 });
  });
});

function routeOf(name: string): RestRoute {
  const route = routes.find((candidate) => candidate.name === name);
  if (!route) throw new Error(`REST does not show ${name}`);
  return route.rest;
}

function readRoutes(): Route[] {
  return Object.entries(appRouter._def.record).flatMap(([noun, procedures]) =>
    Object.entries(procedures).flatMap(([verb, { _def }]) => {
      const rest = (_def.meta as Meta | undefined)?.rest;
      const inputs: unknown[] = _def.inputs;
      const fields = inputs.flatMap((input) =>
        input instanceof z.ZodObject ? Object.keys(input.shape) : [],
      );
      return rest ? [{ name: `${noun}.${verb}`, rest, fields }] : [];
    }),
  );
}
