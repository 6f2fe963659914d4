import type { Meta, RestRoute } from "@chatnest/api";
import { initTRPC } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readOperations } from "../routes.ts";
import { writeOperation } from "./operations.ts";
import { createSchemaWriter } from "./schemas.ts";

const { procedure, router } = initTRPC.meta<Meta>().create();

const Thing = z.strictObject({
  id: z.string().meta({ description: "Names a thing.", examples: ["a"] }),
  content: z.string().meta({ examples: ["x"] }),
  version: z.int().optional().meta({ description: "The version seen." }),
});

/** Writes the operation of a procedure that takes a thing. */
function write(route: Partial<RestRoute>, input: z.ZodObject = Thing) {
  const rest: RestRoute = {
    method: "PATCH",
    path: "/things/{id}",
    tag: "things",
    summary: "Edit a thing",
    success: { 200: "Edited" },
    body: z.string(),
    headers: [{ name: "If-Match", description: "The version seen.", field: "version" }],
    ...route,
  };
  const one = procedure.meta({ rest }).input(input);
  const written = writeFirst(router({ things: { one: one.query(() => null) } }));
  const parameters = written.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
  return { ...written, parameters, statuses: Object.keys(written.responses).map(Number) };
}

/** Writes the first operation of a router. */
function writeFirst(things: ReturnType<typeof router>) {
  const [operation] = readOperations(things);
  if (!operation) throw new Error("there is no operation");
  return writeOperation(operation, createSchemaWriter()) as {
    description?: string;
    parameters: { in: string; name: string }[];
    requestBody?: { content: object };
    responses: Record<string, object>;
  };
}

const body = {
  required: true,
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: { content: { type: "string", examples: ["x"] } },
        required: ["content"],
        additionalProperties: false,
      },
      example: { content: "x" },
    },
  },
};

describe("the document of a procedure", () => {
  it.each(["PATCH", "PUT", "POST"] as const)("has the body of a %s", (method) => {
    const { requestBody, parameters, statuses } = write({ method });
    expect(requestBody).toEqual(body);
    expect(parameters).toEqual(["path id", "header If-Match"]);
    expect(statuses).toEqual(expect.arrayContaining([413, 415]));
    expect(statuses).not.toContain(304);
  });

  it("has the body of a schema with a name, without what comes elsewhere", () => {
    const named = Thing.meta({ id: "Thing" });
    expect(write({}, named).requestBody?.content).toEqual(body.content);
  });

  it("has the bodies of all procedures that it stands for", () => {
    const shared = { method: "PUT", path: "/things/{id}", tag: "things", summary: "" } as const;
    const rest: RestRoute = { ...shared, success: { 200: "" }, body: null };
    const read = procedure
      .meta({ rest })
      .input(z.strictObject({ id: z.string(), up_to: z.int().meta({ examples: [1] }) }));
    const unread = procedure
      .meta({ rest: { ...rest, when: ["from"] } })
      .input(z.strictObject({ id: z.string(), from: z.boolean() }));
    const things = router({ unread: unread.query(() => null), read: read.query(() => null) });
    const { requestBody, parameters, description } = writeFirst(things);
    const content = requestBody?.content as Record<string, { schema: object; example: unknown }>;
    expect(content["application/json"]).toMatchObject({
      schema: {
        anyOf: [
          { properties: { up_to: { type: "integer" } }, required: ["up_to"] },
          { properties: { from: { type: "boolean" } }, required: ["from"] },
        ],
      },
      example: { up_to: 1 },
    });
    expect([parameters.map(({ name }) => name), description]).toEqual([["id"], undefined]);
  });

  it.each([
    ["PUT", false],
    ["DELETE", undefined],
  ] as const)("has a query where there is no body: %s", (method, hasBody) => {
    const said = hasBody === undefined ? {} : { hasBody };
    const { requestBody, parameters, statuses } = write({ method, ...said });
    expect(requestBody).toBeUndefined();
    expect(parameters).toEqual(["path id", "query content", "header If-Match"]);
    expect(statuses).not.toContain(413);
  });

  it("has all headers of its procedure", () => {
    const headers = ["One", "Other"].map((name) => ({
      name,
      description: name,
      apply: (input: Record<string, unknown>) => input,
    }));
    expect(write({ headers }).parameters).toEqual(["path id", "header One", "header Other"]);
  });

  it("has events, and no status for what is temporary", () => {
    const description = "Events, as they happen.";
    const written = write({ method: "GET", body: "events", description });
    expect(written.description).toBe(description);
    expect(written.responses[200]).toMatchObject({
      content: { "text/event-stream": { schema: { type: "string" } } },
    });
    expect(written.statuses).toEqual([200, 400, 401, 403, 422, 429, 500]);
    expect(written.parameters).toEqual(["path id", "query content", "header If-Match"]);
  });
});
