import { appRouter, type Meta, type RestRoute } from "@chatnest/api";
import { type AnyTRPCProcedure, initTRPC } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readOperations, sortBySpecificity } from "./routes.ts";

const { procedure, router } = initTRPC.meta<Meta>().create();

function rest(route: Pick<RestRoute, "method" | "path"> & Partial<RestRoute>): Meta {
  return { rest: { tag: "things", summary: "", success: { 200: "" }, body: null, ...route } };
}

/** Reads the one operation of a router. */
function readOnly(one: AnyTRPCProcedure) {
  const [operation] = readOperations(router({ things: { one } }));
  const [read] = operation?.procedures ?? [];
  if (!operation || !read) throw new Error("there is no operation");
  return { operation, read };
}

function readOne(route: Parameters<typeof rest>[0], input: z.ZodType = z.strictObject({})) {
  const one = procedure.meta(rest(route)).input(input);
  return readOnly(one.query(() => null)).read;
}

describe("paths in order", () => {
  it.each([
    [["/a/{b}", "/a/c"]],
    [["/messages/{c}/{seq}", "/messages/{c}/log"]],
    [["/messages/{c}/{seq}", "/messages/{c}/events"]],
    [["/messages/{c}/{seq}/{key}", "/messages/{c}/{seq}/reactions"]],
    [["/conversations/{user}/{x}", "/conversations/by-id/{id}"]],
    [
      [
        "/{a}/{b}/{c}",
        "/{a}/{b}/c",
        "/{a}/b/{c}",
        "/{a}/b/c",
        "/a/{b}/{c}",
        "/a/{b}/c",
        "/a/b/{c}",
      ],
    ],
  ])("have what is named before what is a parameter: %j", (paths) => {
    const sorted = paths.toReversed();
    for (const given of [paths, sorted]) {
      const routes = sortBySpecificity(given.map((path) => ({ path })));
      expect(routes.map(({ path }) => path)).toEqual(sorted);
    }
  });

  it("stay in their order where none is more specific", () => {
    const routes = [
      { path: "/b/{c}", method: "PUT" },
      { path: "/b/{d}", method: "GET" },
      { path: "/a/{b}", method: "GET" },
    ];
    expect(sortBySpecificity(routes)).toEqual(routes);
  });
});

describe("an operation", () => {
  it("is there for each method and path of the router, in its order", () => {
    const operations = readOperations(appRouter);
    expect(operations[0]).toMatchObject({ method: "POST", path: "/messages/", params: [] });
    const page = operations.find(({ path }) => path === "/messages/{conversation_id}");
    expect(page?.params).toEqual(["conversation_id"]);
    expect(page?.procedures.map(({ name }) => name)).toEqual(["messages.all", "messages.page"]);
  });

  it("is found at any depth", () => {
    const deep = procedure.meta(rest({ method: "GET", path: "/deep" })).input(z.object({}));
    const [operation] = readOperations(
      router({ a: router({ b: router({ c: deep.query(() => null) }) }) }),
    );
    expect(operation?.procedures[0]?.name).toBe("a.b.c");
  });

  it.each([
    ["GET", false],
    ["DELETE", false],
    ["POST", true],
    ["PUT", true],
    ["PATCH", true],
  ] as const)("has a body by its method, unless it says else: %s", (method, hasBody) => {
    expect(readOne({ method, path: "/a" }).hasBody).toBe(hasBody);
    for (const said of [true, false]) {
      expect(readOne({ method, path: "/a", hasBody: said }).hasBody).toBe(said);
    }
  });

  it("takes the fields of all schemas of its procedure", () => {
    const one = procedure
      .meta(rest({ method: "GET", path: "/things/{id}" }))
      .input(z.object({ id: z.string() }))
      .input(z.object({ count: z.int(), name: z.string() }));
    const { operation, read } = readOnly(one.query(() => null));
    expect(operation.params).toEqual(["id"]);
    expect(Object.keys(read.input.shape)).toEqual(["id", "count", "name"]);
    expect([...read.numbers]).toEqual(["count"]);
  });

  it("keeps the schema of a procedure that has one", () => {
    const one = z.strictObject({ id: z.string() }).meta({ id: "One" });
    expect(readOne({ method: "GET", path: "/a" }, one).input).toBe(one);
  });

  it("knows the fields that only a header gives", () => {
    const headers = [
      { name: "If-Match", description: "", field: "expected" },
      { name: "Key", description: "", apply: () => ({}) },
      { name: "Last-Event-ID", description: "", field: "place" },
    ];
    expect(readOne({ method: "GET", path: "/a", headers }).headerFields).toEqual([
      "expected",
      "place",
    ]);
  });

  it("knows the fields that are numbers, and those that are booleans", () => {
    const input = z.strictObject({
      count: z.int().default(1),
      old: z.boolean().optional(),
      all: z.literal(true).optional(),
      name: z.string(),
    });
    const { numbers, booleans } = readOne({ method: "GET", path: "/a" }, input);
    expect([[...numbers], [...booleans]]).toEqual([["count"], ["old", "all"]]);
  });

  it("cannot be made of procedures of which only some have a body", () => {
    const route = { method: "PUT", path: "/a" } as const;
    const one = procedure.meta(rest(route)).input(z.object({}));
    const other = procedure.meta(rest({ ...route, hasBody: false })).input(z.object({}));
    const both = router({ one: one.query(() => null), other: other.query(() => null) });
    expect(() => readOperations(both)).toThrow("PUT /a");
  });

  it("cannot be made of a procedure that takes something else than an object", () => {
    expect(() => readOne({ method: "GET", path: "/a" }, z.string())).toThrow(/things.one/);
    const nothing = procedure.meta(rest({ method: "GET", path: "/a" })).query(() => null);
    expect(() => readOperations(router({ nothing }))).toThrow(/nothing takes nothing/);
  });
});
