import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { type ProblemBody, type RestServer, startRest } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
  await server.post("/messages/", { user_id: "alice", content: "x", conversation_id: "room" });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = ["GET", "HEAD", "OPTIONS"];
const paths: [string, string[]][] = [
  ["/messages", ["POST", "OPTIONS"]],
  ["/messages/room", get],
  ["/messages/room/1", ["GET", "HEAD", "PATCH", "DELETE", "OPTIONS"]],
  ["/messages/room/1/reactions", get],
  ["/messages/room/1/reactions/+1", ["PUT", "DELETE", "OPTIONS"]],
  ["/messages/room/1/replies", get],
  ["/messages/room/1/versions", get],
  ["/messages/room/log", get],
  ["/messages/room/reads", get],
  ["/messages/room/reads/alice", ["PUT", "OPTIONS"]],
  ["/conversations", ["POST", "OPTIONS"]],
  ["/conversations/alice", get],
  ["/conversations/by-id/room", [...get, "PATCH"]],
  ["/conversations/room/members", ["POST", "OPTIONS"]],
  ["/conversations/by-id/members", ["GET", "POST", "PATCH", "HEAD", "OPTIONS"]],
  ["/conversations/room/members/bob", ["DELETE", "PATCH", "OPTIONS"]],
  ["/users/alice/notes", get],
  ["/messages/room/events", get],
  ["/users/alice/events", get],
  ["/users/alice/unread", get],
  ["/docs", get],
  ["/docs/start.js", get],
  ["/docs/swagger-ui.css", get],
  ["/docs/swagger-ui-bundle.js", get],
  ["/openapi.json", get],
  ["/livez", get],
  ["/readyz", get],
];
const bothForms = paths.flatMap(([path, allowed]) => [
  [path, allowed] as const,
  [`${path}/`, allowed] as const,
]);

/** Reads the methods out of an `Allow` header. */
function allowedIn(headers: Headers): string[] {
  return (headers.get("allow") ?? "").split(", ").toSorted();
}

describe.each(bothForms)("%s", (path, allowed) => {
  it("answers OPTIONS with 204 and what is allowed", async () => {
    const { status, headers, body } = await server.call("OPTIONS", path);
    expect([status, body, allowedIn(headers)]).toEqual([204, "", allowed.toSorted()]);
  });

  it("answers 405 to anything else", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"]) {
      if (allowed.includes(method)) continue;
      const { status, headers, body } = await server.call<ProblemBody>(method, path);
      expect([method, status, body.code]).toEqual([method, 405, "method_not_allowed"]);
      expect(allowedIn(headers)).toEqual(allowed.toSorted());
    }
    const { status } = await sendRaw(server.port, [`TRACE ${path} HTTP/1.1`, "Host: localhost"]);
    expect(status).toBe(405);
  });
});

const readable = bothForms.filter(([, allowed]) => allowed.includes("GET"));

it.each(readable)("answers HEAD with the headers of GET alone: %s", async (path) => {
  const [whole, head] = [
    await fetch(server.url + path),
    await fetch(server.url + path, { method: "HEAD" }),
  ];
  expect([head.status, await head.text()]).toEqual([whole.status, ""]);
  for (const name of ["content-type", "cache-control", "etag", "link", "vary"]) {
    expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
  }
  await whole.body?.cancel();
});

it.each([
  "/nothing",
  "/messages/a/b/c",
  "/messages//",
  "/users/alice",
  "/docs/other.js",
  "/Messages/room",
])("answers 404 where there is nothing: %s", async (path) => {
  for (const method of ["GET", "POST", "OPTIONS", "HEAD"]) {
    const { status } = await server.call(method, path);
    expect([method, status]).toEqual([method, 404]);
  }
});

it("answers HEAD as GET where that fails", async () => {
  expect((await server.call("HEAD", "/messages/room/99")).status).toBe(404);
  expect((await server.call("HEAD", "/messages/room?limit=0")).status).toBe(422);
  expect((await server.call("HEAD", "/messages/")).status).toBe(405);
});
