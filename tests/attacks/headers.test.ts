import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "./raw-exchange.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

const allowed = "https://chat.example";
let target: Target;
let count = 0;
beforeAll(async () => {
  const env = { CHATNEST_CORS_ORIGINS: `${allowed}, capacitor://localhost`, CHATNEST_AUTH: "none" };
  target = await startTarget({ env });
  for (let n = 0; n < 3; n++) {
    const said = { user_id: "ann", content: String(n), conversation_id: "room" };
    await write(target, "/messages/", JSON.stringify(said));
  }
});
afterAll(async () => {
  tell("headers and origins", `${count} answers`);
  await target[Symbol.asyncDispose]();
});

const json = "Content-Type: application/json";
/** Requests of every kind of answer, without their hosts. */
const requests: [string, string, string[], string][] = [
  ["a history", "GET /messages/room", [], ""],
  ["a page", "GET /messages/room?limit=1", [], ""],
  ["an inbox with a next page", "GET /conversations/ann?limit=1", [], ""],
  ["the head of a page", "HEAD /messages/room?limit=1", [], ""],
  ["something unchanged", "GET /messages/room?limit=1", ["If-None-Match: *"], ""],
  ["a message", "POST /messages/", [json], '{"user_id":"ann","content":"x"}'],
  ["a removal", "DELETE /conversations/room/members/ann", [], ""],
  ["options", "OPTIONS /messages/", [], ""],
  [
    "a preflight",
    "OPTIONS /messages/",
    [`Origin: ${allowed}`, "Access-Control-Request-Method: POST"],
    "",
  ],
  [
    "another preflight",
    "OPTIONS /messages/",
    ["Origin: https://a.example", "Access-Control-Request-Method: POST"],
    "",
  ],
  ["broken JSON", "POST /messages/", [json], "{"],
  ["a wrong field", "POST /messages/", [json], '{"a":1}'],
  ["another type", "POST /messages/", ["Content-Type: text/plain"], "x"],
  ["another method", "PUT /messages/", [], ""],
  ["nothing", "GET /nothing", [], ""],
  ["a broken URL", "GET /messages/%ff", [], ""],
  ["two hosts", "GET /messages/room", ["Host: b.example"], ""],
  ["no conversation", "GET /conversations/by-id/none", [], ""],
  ["the root", "GET /", [], ""],
  ["the docs", "GET /docs", [], ""],
  ["a file of the docs", "GET /docs/start.js", [], ""],
  ["a style of the docs", "GET /docs/swagger-ui.css", [], ""],
  ["the document", "GET /openapi.json", [], ""],
  ["a probe", "GET /livez", [], ""],
  ["the other probe", "GET /readyz", [], ""],
  ["events", "HEAD /messages/room/events", [], ""],
  ["events of a user", "HEAD /users/ann/events", [], ""],
  ["tRPC", "POST /trpc/messages.send", [json], '{"user_id":"ann","content":"x"}'],
  ["a wrong input of tRPC", "POST /trpc/messages.send", [json], "{}"],
  ["nothing of tRPC", "GET /trpc/none", [], ""],
  ["a batch of tRPC", "GET /trpc/messages.page,none?batch=1", [], ""],
  ["another method of tRPC", "PUT /trpc/messages.send", [], ""],
];

const jsonTypes = ["application/json", "application/problem+json"];
const typesElsewhere = [
  [/^GET \/(?:docs)?$/, "text/html; charset=utf-8"],
  [/\.js$/, "text/javascript; charset=utf-8"],
  [/\.css$/, "text/css; charset=utf-8"],
  [/\/events$/, "text/event-stream"],
] as const;

async function ask(line: string, headers: readonly string[], body: string): Promise<string> {
  count++;
  const length = body === "" ? [] : [`Content-Length: ${body.length}`];
  const head = [`${line} HTTP/1.1`, ...headers, ...length, "Connection: close", "", ""];
  return (await exchange(target.port, head.join("\r\n") + body)).text;
}

function headerOf(text: string, name: string): string | undefined {
  const head = text.slice(0, text.indexOf("\r\n\r\n"));
  return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}

describe.each(requests)("the answer to %s", (...[, line, headers, body]) => {
  it("is not guessed at, and does not say what serves it", async () => {
    const text = await ask(line, ["Host: localhost", ...headers], body);
    expect(headerOf(text, "X-Content-Type-Options"), text).toBe("nosniff");
    expect(headerOf(text, "X-Powered-By")).toBeUndefined();
    expect(headerOf(text, "Server")).toBeUndefined();
    expect(headerOf(text, "Set-Cookie")).toBeUndefined();
    const type = headerOf(text, "Content-Type");
    const [, elsewhere] = typesElsewhere.find(([pattern]) => pattern.test(line)) ?? [];
    if (elsewhere !== undefined) expect(type).toBe(elsewhere);
    else if (type !== undefined) expect(jsonTypes).toContain(type);
    else expect(text).toMatch(/^HTTP\/1\.1 (?:204|302|304)/);
  });

  it("does not change with the host that was asked, and names none", async () => {
    const strange = ["Host: evil.example:66", "X-Forwarded-Host: evil.example", ...headers];
    const got = await ask(line, [...strange, "X-Forwarded-Proto: https"], body);
    // The origin is the client's own word.
    const text = got.replace(/^access-control-allow-origin: .*$/im, "");
    expect(text).not.toMatch(
      /evil\.example|localhost:|https?:\/\/(?!spec|swagger|json-schema|www)/i,
    );
    expect(headerOf(text, "Location") ?? "/docs").toBe("/docs");
    const link = headerOf(text, "Link");
    if (link !== undefined) expect(link).toMatch(/^(?:<\?[^>]*>; rel="(?:prev|next)"(?:, )?)+$/);
  });
});

it.each([
  "/docs",
  "/docs/",
  "/docs/start.js",
  "/docs/swagger-ui-bundle.js",
  "/docs/swagger-ui.css",
])("%s cannot be framed, and loads nothing of others", async (path) => {
  count++;
  const { headers } = await fetch(target.url + path);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});

describe("a page", () => {
  const others = [
    ...["null", "https://evil.example", "http://chat.example", "https://chat.example:8443"],
    ...["https://chat.example.evil.example", "https://evilchat.example", "https://a.chat.example"],
    ...[
      "https://chat.example@evil.example",
      "https://CHAT.example",
      "https://chat.example/",
      "chat.example",
    ],
    ...[
      "http://localhost:5173",
      "http://127.0.0.1",
      "capacitor://localhost.evil",
      "file://",
      "*",
      "https://chat%2eexample",
    ],
  ];
  const paths = ["/messages/room?limit=1", "/openapi.json", "/nothing", "/trpc/none", "/livez"];

  it.each(others)("of %s may read nothing", async (origin) => {
    for (const path of paths) {
      count++;
      const { headers } = await fetch(target.url + path, { headers: { origin } });
      expect(headers.get("access-control-allow-origin"), path).toBeNull();
      expect(headers.get("access-control-allow-credentials"), path).toBeNull();
    }
    const preflight = await fetch(`${target.url}/messages/`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each([allowed, "capacitor://localhost"])("of %s may, without cookies", async (origin) => {
    for (const path of paths) {
      count++;
      const { headers } = await fetch(target.url + path, { headers: { origin } });
      expect(headers.get("access-control-allow-origin"), path).toBe(origin);
      expect(headers.get("vary"), path).toContain("Origin");
      expect(headers.get("access-control-allow-credentials"), path).toBeNull();
    }
  });

  it.each([
    ["Origin", "https://evil.example, https://chat.example"],
    ["Origin", "https://evil.example\r\nOrigin: https://chat.example"],
  ])("with two origins may read nothing (%s: %j)", async (name, value) => {
    const text = await ask("GET /livez", ["Host: localhost", `${name}: ${value}`], "");
    expect(headerOf(text, "Access-Control-Allow-Origin")).toBeUndefined();
  });
});
