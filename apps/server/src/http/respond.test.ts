import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { addHeader, completeHeaders } from "./respond.ts";

/** Completes the headers of a response to a request whose responses share these. */
async function complete(headers: Record<string, string>, shared?: Record<string, string>) {
  const app = new Hono<AppEnv>().get("/", (c) => {
    if (shared) c.set("sharedHeaders", shared);
    addHeader(c, "x-added", "1");
    return c.json(completeHeaders(c, headers));
  });
  return (await app.request("/")).json();
}

describe("the headers of a response", () => {
  it("have those of every response to the request", async () => {
    expect(await complete({ link: "<a>" }, { "x-request-id": "7" })).toEqual({
      link: "<a>",
      "x-request-id": "7",
      "x-added": "1",
    });
  });

  it.each([
    ["that may be kept", { etag: '"1"' }, {}, "Origin"],
    ["to a page of an origin", {}, { vary: "Origin" }, "Origin"],
    [
      "that varies by more",
      { etag: '"1"', vary: "Accept-Encoding" },
      {},
      "Accept-Encoding, Origin",
    ],
    ["to nobody in particular", {}, {}, undefined],
    ["that varies by itself", { vary: "Accept" }, {}, "Accept"],
  ])("say by what one varies %s", async (...[, headers, shared, vary]) => {
    expect(await complete(headers, shared)).toMatchObject(vary ? { vary } : {});
    if (!vary) expect(await complete(headers, shared)).not.toHaveProperty("vary");
  });
});
