import { ChatError } from "@chatnest/api";
import { Hono } from "hono";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { sendProblem } from "../rest/problem.ts";
import { createSharing } from "./cors.ts";
import { createHandling } from "./handling.ts";
import { respond } from "./respond.ts";

const lines: Record<string, unknown>[] = [];
const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
let isDraining = false;
const handle = createHandling({
  logger,
  sharing: createSharing(["https://chat.example"], "nobody"),
  isDraining: () => isDraining,
  sendError: sendProblem,
});
const app = new Hono<AppEnv>();
app.get(
  "/good",
  handle((c) => respond(c, { status: 200, headers: {}, body: "good" })),
);
app.get(
  "/away",
  handle(() => {
    throw new ChatError("unavailable", "away");
  }),
);
app.get(
  "/broken",
  handle(() => Promise.reject("no error at all")),
);

beforeEach(() => {
  lines.length = 0;
  isDraining = false;
});

describe("every request", () => {
  it.each([
    ["/good", 200],
    ["/away", 503],
    ["/broken", 500],
  ])("gets an id, safe headers and a line in the log: %s", async (path, status) => {
    const response = await app.request(path, { headers: { "x-request-id": "a-1" } });
    expect(response.status).toBe(status);
    expect(response.headers.get("x-request-id")).toBe("a-1");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("connection")).toBeNull();
    const logged = lines.filter(({ msg }) => msg === "request");
    expect(logged).toMatchObject([{ method: "GET", path, status, request_id: "a-1" }]);
  });

  it.each(["", "with space", "<b>", "a".repeat(256)])(
    "gets an id of the server's own in place of %j",
    async (sent) => {
      const { headers } = await app.request("/good", { headers: { "x-request-id": sent } });
      expect(headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it("is the last of its connection while the server is draining", async () => {
    isDraining = true;
    for (const path of ["/good", "/away"]) {
      expect((await app.request(path)).headers.get("connection")).toBe("close");
    }
  });
});

describe("a page of another origin", () => {
  it.each([
    ["https://chat.example", "https://chat.example"],
    ["https://other.example", null],
    ["http://localhost:5173", null],
  ])("may read what it is allowed to: %s", async (origin, allowed) => {
    for (const path of ["/good", "/away"]) {
      const { headers } = await app.request(path, { headers: { origin } });
      expect(headers.get("access-control-allow-origin")).toBe(allowed);
      expect(headers.get("access-control-expose-headers")).toContain("ETag,Link");
      expect(headers.get("vary")).toBe("Origin");
    }
  });
});
