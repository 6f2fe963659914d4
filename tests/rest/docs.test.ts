import { createConfig, lintFromString } from "@redocly/openapi-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RestServer, startRest } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Operation {
  operationId: string;
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    example?: unknown;
    schema: object;
  }[];
  requestBody?: { content: Record<string, { example: unknown }> };
  responses: Record<string, unknown>;
}

async function readDocument(): Promise<{
  text: string;
  operations: [string, string, Operation][];
}> {
  const text = await (await fetch(`${server.url}/openapi.json`)).text();
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      method,
      path,
      operation,
    ]),
  );
  return { text, operations };
}

describe("/openapi.json", () => {
  it("has no errors", async () => {
    const { text } = await readDocument();
    const config = await createConfig({
      extends: ["recommended-strict"],
      rules: {
        // The paths are as documented from the first day; both forms of each answer.
        "no-path-trailing-slash": "off",
        // /conversations/by-id/{conversation_id} and /conversations/{conversation_id}/members have no method in common.
        "no-ambiguous-paths": "off",
      },
    });
    const problems = await lintFromString({ source: text, config });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it("has every path and method of REST", async () => {
    const { operations } = await readDocument();
    expect(operations.map(([method, path]) => `${method} ${path}`).toSorted()).toEqual([
      "delete /conversations/{conversation_id}/members/{user_id}",
      "delete /messages/{conversation_id}/{seq}",
      "delete /messages/{conversation_id}/{seq}/reactions/{key}",
      "get /conversations/by-id/{conversation_id}",
      "get /conversations/{user_id}",
      "get /livez",
      "get /messages/{conversation_id}",
      "get /messages/{conversation_id}/events",
      "get /messages/{conversation_id}/log",
      "get /messages/{conversation_id}/reads",
      "get /messages/{conversation_id}/{seq}",
      "get /messages/{conversation_id}/{seq}/reactions",
      "get /messages/{conversation_id}/{seq}/replies",
      "get /messages/{conversation_id}/{seq}/versions",
      "get /readyz",
      "get /users/{user_id}/events",
      "get /users/{user_id}/notes",
      "get /users/{user_id}/unread",
      "patch /conversations/by-id/{conversation_id}",
      "patch /conversations/{conversation_id}/members/{user_id}",
      "patch /messages/{conversation_id}/{seq}",
      "post /conversations/",
      "post /conversations/{conversation_id}/members",
      "post /messages/",
      "put /messages/{conversation_id}/reads/{user_id}",
      "put /messages/{conversation_id}/{seq}/reactions/{key}",
    ]);
  });

  it("describes every parameter, with its type and limits", async () => {
    const { operations } = await readDocument();
    const parameters = operations.flatMap(([, , { parameters = [] }]) => parameters);
    expect(parameters.filter(({ description }) => !description)).toEqual([]);
    const limit = parameters.find(({ name }) => name === "limit");
    expect(limit?.schema).toEqual({ type: "integer", minimum: 1, maximum: 1_000 });
    expect(limit?.description).toContain("50");
    const history = operations.find(([, path]) => path === "/messages/{conversation_id}");
    const names = history?.[2].parameters?.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(names).toEqual([
      "path conversation_id",
      "query view",
      "query deleted",
      "query limit",
      "query before",
      "query after",
      "header If-None-Match",
    ]);
  });

  it("has no pattern of a date, and closes nothing that a client gets", async () => {
    const { text } = await readDocument();
    expect(text).not.toContain("date-time");
    expect(text.length).toBeLessThan(96 * 1024);
    const { components } = JSON.parse(text);
    expect(components.schemas.Message).not.toHaveProperty("additionalProperties");
    expect(components.schemas.SendMessage).toHaveProperty("additionalProperties", false);
  });

  it("has examples that work when they are tried out, one after the other", async () => {
    const { operations } = await readDocument();
    const order = ["post", "put", "patch", "get", "delete"];
    // What answers for ever is tried out elsewhere. What is deleted last is what the others are about.
    const ending = operations.filter(([, path]) => !path.endsWith("/events"));
    for (const [method, template, { parameters = [], requestBody }] of ending.toSorted(
      ([a, one], [b, other]) =>
        order.indexOf(a) - order.indexOf(b) || (a === "delete" ? other.length - one.length : 0),
    )) {
      const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const example = parameters.find((parameter) => parameter.name === name)?.example;
        return encodeURIComponent(String(example));
      });
      const needed = parameters.filter((one) => one.in === "query" && one.required);
      const query = needed.map(({ name, example }) => `${name}=${String(example)}`).join("&");
      const path = query === "" ? filled : `${filled}?${query}`;
      const example = requestBody?.content["application/json"]?.example;
      const answer = await server.call(method.toUpperCase(), path, {
        ...(example !== undefined && {
          body: JSON.stringify(example),
          headers: { "content-type": "application/json" },
        }),
      });
      expect([method, path, answer.status]).toEqual([
        method,
        path,
        expect.toSatisfy((s: number) => s < 300),
      ]);
    }
  });
});

describe("/docs", () => {
  const files = [
    "/docs",
    "/docs/",
    "/docs/start.js",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
    "/openapi.json",
  ];

  it("is a page of files that are all here", async () => {
    const page = await fetch(`${server.url}/docs/`);
    const html = await page.text();
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = ""]) => link);
    expect(links).toHaveLength(4);
    for (const link of links.filter((link) => !link.startsWith("data:"))) {
      expect(link).toMatch(/^\/docs\//);
      expect((await fetch(server.url + link)).status).toBe(200);
    }
    expect(html).not.toMatch(/<script>|<style|https?:|onload|style=/);
  });

  it("runs and loads nothing of anybody else", async () => {
    const { headers } = await fetch(`${server.url}/docs`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ").toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each(files)("is compressed, and not sent again: %s", async (path) => {
    const ask = (headers: Record<string, string>) => fetch(server.url + path, { headers });
    const [zipped, plain] = [
      await ask({ "accept-encoding": "gzip" }),
      await ask({ "accept-encoding": "identity" }),
    ];
    expect([zipped.headers.get("content-encoding"), plain.headers.get("content-encoding")]).toEqual(
      ["gzip", null],
    );
    expect(await zipped.text()).toBe(await plain.text());
    expect(zipped.headers.get("vary")).toContain("Accept-Encoding");
    const etag = zipped.headers.get("etag") ?? "";
    const again = await ask({ "if-none-match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it("is where a newcomer ends up", async () => {
    const { status, headers } = await fetch(`${server.url}/`, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([302, "/docs"]);
  });
});
