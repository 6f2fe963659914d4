import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { PathRouter } from "./path-router.ts";

const router = new PathRouter<string>();
for (const path of [
  "/",
  "/a.b",
  "/users/me",
  "/users/:id",
  "/users/by-name/:name",
  "/users/:id/notes",
  "/users/:id/:seq",
  "/users/:other/:part/",
  "/tree/*",
]) {
  router.add("GET", path, path);
}
router.add("PUT", "/users/:id", "put");

/** Finds the path that answers another one, and what its parameters take. */
function find(path: string, method = "GET") {
  const [found, stash] = router.match(method, path);
  const [first, ...others] = found;
  expect(others).toEqual([]);
  if (!first) return undefined;
  const params = Object.entries(first[1]).map(([name, index]) => [
    name,
    (stash as string[])[index as number],
  ]);
  return [first[0], Object.fromEntries(params)];
}

describe("a path", () => {
  it.each([
    ["/", "/", {}],
    ["/a.b", "/a.b", {}],
    ["/users/me", "/users/me", {}],
    ["/users/ann", "/users/:id", { id: "ann" }],
    ["/users/me%2F", "/users/:id", { id: "me%2F" }],
    ["/users/by-name", "/users/:id", { id: "by-name" }],
    ["/users/by-name/ann", "/users/by-name/:name", { name: "ann" }],
    ["/users/by-name/notes", "/users/by-name/:name", { name: "notes" }],
    ["/users/ann/notes", "/users/:id/notes", { id: "ann" }],
    ["/users/ann/7", "/users/:id/:seq", { id: "ann", seq: "7" }],
    ["/users/ann/7/", "/users/:other/:part/", { other: "ann", part: "7" }],
    ["/users/\n/7", "/users/:id/:seq", { id: "\n", seq: "7" }],
    ["/tree", "/tree/*", {}],
    ["/tree/", "/tree/*", {}],
    ["/tree/a/b", "/tree/*", {}],
  ])("is answered by the first route that has it: %j", (path, route, params) => {
    expect(find(path)).toEqual([route, params]);
  });

  it.each([
    "",
    "//",
    "/axb",
    "/users",
    "/users/",
    "/users//",
    "/users//7",
    "/a/users/ann",
    "/trees",
  ])("is answered by none: %j", (path) => {
    expect(find(path)).toBeUndefined();
  });

  it("is found by its method alone", () => {
    expect(find("/users/ann", "PUT")).toEqual(["put", { id: "ann" }]);
    expect(find("/users/me", "PUT")).toEqual(["put", { id: "me" }]);
    expect(find("/tree", "PUT")).toBeUndefined();
    expect(find("/tree", "constructor")).toBeUndefined();
  });
});

it("decodes each parameter once, as the routers of Hono", async () => {
  const app = new Hono({ router: new PathRouter() });
  app.get("/:a/:b", (c) => c.json(c.req.param()));
  const response = await app.request("/%2525/x%2Fy");
  expect(await response.json()).toEqual({ a: "%25", b: "x/y" });
});

it("takes no middleware", () => {
  expect(() => new Hono({ router: new PathRouter() }).use((_, next) => next())).toThrow("method");
});
