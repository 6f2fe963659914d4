import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { sendAnswer } from "./answer.ts";

/** Asks a server that always answers the same. */
async function ask(
  answer: Parameters<typeof sendAnswer>[1],
  init?: RequestInit,
): Promise<Response> {
  const app = new Hono<AppEnv>().all("/", (c) => sendAnswer(c, answer));
  return app.request("/", init);
}

describe("what was read", () => {
  it("is kept privately, and asked for again", async () => {
    const first = await ask({ status: 200, body: [1] });
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const etag = first.headers.get("etag") ?? "";
    const second = await ask({ status: 200, body: [1] }, { headers: { "if-none-match": etag } });
    expect([second.status, await second.text()]).toEqual([304, ""]);
    expect(second.headers.get("etag")).toBe(etag);
  });

  it("is another when a page comes to be beside it", async () => {
    const link = '<?after=3>; rel="next"';
    const alone = await ask({ status: 200, body: [1] });
    const beside = await ask({ status: 200, body: [1], headers: { link } });
    expect(beside.headers.get("link")).toBe(link);
    expect(beside.headers.get("etag")).not.toBe(alone.headers.get("etag"));
  });

  it.each([
    ["written", { status: 201, body: {} }, "POST"],
    ["found written", { status: 200, body: {} }, "POST"],
    ["gone", { status: 204 }, "DELETE"],
  ])("is not kept when it was %s", async (_, answer, method) => {
    const { headers } = await ask(answer, { method });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBeNull();
  });
});
