import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { answerUnhandled } from "./methods.ts";

const app = new Hono<AppEnv>();
app.use((_, next) => next());
app.on(["GET", "POST"], "/tree/*", (c) => c.text("tree"));
app.on("GET", "/a.b", (c) => c.text("a.b"));
app.on("PUT", "/things/:id", (c) => c.text("put"));
app.on("PATCH", "/things/:id", (c) => c.text("patch"));
app.on("DELETE", "/things/:id", (c) => c.text("delete"));
app.on("GET", "/things/by-name/:name", (c) => c.text("name"));
app.on("POST", "/things/:id/members", (c) => c.text("members"));
app.on("QUERY", "/search", (c) => c.text("search"));
app.notFound(
  answerUnhandled(app, (c, { code, message }, headers) =>
    c.json({ code, message }, code === "not_found" ? 404 : 405, headers),
  ),
);

describe("what no handler answers", () => {
  it.each([
    ["/tree", "GET, POST, HEAD, OPTIONS"],
    ["/tree/a/b", "GET, POST, HEAD, OPTIONS"],
    ["/a.b", "GET, HEAD, OPTIONS"],
    ["/things/a", "PUT, PATCH, DELETE, OPTIONS"],
    ["/things/%2F", "PUT, PATCH, DELETE, OPTIONS"],
    ["/things/by-name/b", "GET, HEAD, OPTIONS"],
    ["/things/by-name/members", "GET, POST, HEAD, OPTIONS"],
    ["/search", "QUERY, OPTIONS"],
  ])("names what is allowed: %s", async (path, allow) => {
    const options = await app.request(path, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, allow]);
    const other = await app.request(path, { method: "PROPFIND" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, allow]);
    expect(await other.json()).toEqual({
      code: "method_not_allowed",
      message: `the method is not allowed here; allowed are ${allow}`,
    });
  });

  it.each(["/", "/axb", "/things", "/things/", "/things/a/b/c", "/trees"])(
    "is not there at a path that no route has: %s",
    async (path) => {
      for (const method of ["GET", "POST", "OPTIONS", "PROPFIND"]) {
        const { status, headers } = await app.request(path, { method });
        expect([method, status, headers.get("allow")]).toEqual([method, 404, null]);
      }
    },
  );
});
