import { ChatError } from "@chatnest/api";
import { Hono } from "hono";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { sendProblem } from "../rest/problem.ts";
import type { Answered } from "./answered.ts";
import { createSharing } from "./cors.ts";
import { createHandling } from "./handling.ts";
import { respond } from "./respond.ts";

const answers: Answered[] = [];
const lines: Record<string, unknown>[] = [];
let isDraining = false;
const handle = createHandling({
  logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  sharing: createSharing(["https://chat.example"], "nobody"),
  isDraining: () => isDraining,
  sendError: sendProblem,
  onAnswered: (answered) => void answers.push(answered),
});
const app = new Hono<AppEnv>();
app.get(
  "/good",
  handle((c) => respond(c, { status: 200, headers: {}, body: "good" }), "/good"),
);
app.get(
  "/away",
  handle(() => {
    throw new ChatError("unavailable", "away");
  }, "/away"),
);
app.get(
  "/broken",
  handle(() => Promise.reject(new Error("a bug", { cause: new Error("its cause") })), "/broken"),
);

beforeEach(() => {
  answers.length = 0;
  lines.length = 0;
  isDraining = false;
});

describe("every request", () => {
  it.each([
    ["/good", 200],
    ["/away", 503],
    ["/broken", 500],
  ])("gets an id, and safe headers, and is told of once: %s", async (path, status) => {
    const response = await app.request(path, { headers: { "x-request-id": "a-1" } });
    expect(response.status).toBe(status);
    expect(response.headers.get("x-request-id")).toBe("a-1");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("connection")).toBeNull();
    expect(answers).toEqual([
      {
        method: "GET",
        pattern: path,
        status,
        ms: expect.any(Number),
        requestId: "a-1",
        userId: undefined,
      },
    ]);
  });

  it("is logged when it fails unexpectedly, once, with the cause, and the client is told nothing of it", async () => {
    const response = await app.request("/broken", { headers: { "x-request-id": "a-1" } });
    expect(await response.text()).not.toMatch(/bug|cause/);
    const stack = expect.stringMatching(/Error: a bug\n[\s\S]+caused by: Error: its cause\n/);
    expect(lines).toMatchObject([{ msg: "request failed", err: { stack }, request_id: "a-1" }]);
    await app.request("/away");
    expect(lines).toHaveLength(1);
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
