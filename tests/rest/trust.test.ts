import { readHead } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Asks for a history as a certain host, with more headers. */
async function ask({ port }: TestServer, host: string, ...headers: string[]): Promise<number> {
  const lines = ["GET /messages/room HTTP/1.1", `Host: ${host}`, ...headers];
  return (await sendRaw(port, lines)).status;
}

describe("without credentials on loopback", () => {
  it("answers to names of this machine", async () => {
    await using server = await startServer();
    for (const host of [
      "localhost",
      `localhost:${server.port}`,
      "127.0.0.1",
      "[::1]:8000",
      "chat.localhost",
    ]) {
      expect([host, await ask(server, host)]).toEqual([host, 200]);
    }
  });

  it("answers 403 to any other, which a page elsewhere can make point here", async () => {
    await using server = await startServer();
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "192.168.0.7:8000",
    ]) {
      expect([host, await ask(server, host)]).toEqual([host, 403]);
    }
  });

  it("answers 403 to a target that names another host", async () => {
    await using server = await startServer();
    const lines = ["GET http://evil.example/messages/room HTTP/1.1", "Host: localhost"];
    expect((await sendRaw(server.port, lines)).status).toBe(403);
  });

  it.each([
    "Forwarded: for=10.0.0.1",
    "X-Forwarded-For: 10.0.0.1",
    "x-forwarded-proto: https",
    "X-Forwarded-Server: a",
    "Via: 1.1 proxy",
    "X-Real-IP: 10.0.0.1",
    "CF-Connecting-IP: 10.0.0.1",
  ])("answers 403 to what a proxy forwarded: %s", async (header) => {
    await using server = await startServer();
    expect(await ask(server, "localhost", header)).toBe(403);
  });

  it("changes nothing for whom it does not trust, and says what to do", async () => {
    await using server = await startServer();
    const body = JSON.stringify({ user_id: "alice", content: "x", conversation_id: "room" });
    const lines = [
      "POST /messages/ HTTP/1.1",
      "Host: evil.example",
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
    ];
    const answer = await sendRaw(server.port, lines, body);
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 403,
      code: "forbidden",
      detail: expect.stringContaining("CHATNEST_AUTH=none"),
    });
    expect(await readHead(server.store.log, "c:room")).toBe(0);
  });

  it("refuses it in the shape of tRPC there", async () => {
    await using server = await startServer();
    const lines = ["GET /trpc/messages.page HTTP/1.1", "Host: evil.example"];
    const { status, body } = await sendRaw(server.port, lines);
    expect([status, JSON.parse(body)]).toMatchObject([
      403,
      { error: { data: { code: "forbidden" } } },
    ]);
  });

  it("leaves open what holds no data", async () => {
    await using server = await startServer();
    for (const path of ["/livez", "/readyz", "/docs", "/docs/start.js", "/openapi.json", "/"]) {
      const { status } = await sendRaw(server.port, [
        `GET ${path} HTTP/1.1`,
        "Host: evil.example",
        "Via: x",
      ]);
      expect([path, status]).toEqual([path, path === "/" ? 302 : 200]);
    }
  });
});

it("answers to everyone when told so", async () => {
  await using server = await startServer({ trust: "everyone" });
  expect(await ask(server, "chat.example", "X-Forwarded-For: 10.0.0.1")).toBe(200);
});

describe("a page of another origin", () => {
  const origins = ["http://localhost:5173", "http://127.0.0.1:3000", "https://[::1]:8443"];
  const read = async (server: TestServer, origin: string) => {
    const { headers } = await fetch(`${server.url}/messages/room?limit=1`, { headers: { origin } });
    return [headers.get("access-control-allow-origin"), headers.get("vary")];
  };

  it("may read on this machine, and nowhere else", async () => {
    await using server = await startServer({ corsOrigins: ["https://chat.example"] });
    for (const origin of [...origins, "https://chat.example"]) {
      expect(await read(server, origin)).toEqual([origin, "Origin"]);
    }
    for (const origin of [
      "https://evil.example",
      "http://chat.example",
      "http://localhost.evil.example",
      "null",
    ]) {
      expect(await read(server, origin)).toEqual([null, "Origin"]);
    }
  });

  it("may read from the allowed origins alone when everyone is trusted", async () => {
    await using server = await startServer({
      trust: "everyone",
      corsOrigins: ["https://chat.example"],
    });
    expect(await read(server, "http://localhost:5173")).toEqual([null, "Origin"]);
    expect(await read(server, "https://chat.example")).toEqual(["https://chat.example", "Origin"]);
  });

  it("sees the headers that it needs, of errors too", async () => {
    await using server = await startServer();
    for (const path of ["/messages/room", "/messages/room?limit=0", "/nothing", "/trpc/nothing"]) {
      const { headers } = await fetch(server.url + path, {
        headers: { origin: "http://localhost:1" },
      });
      const exposed = (headers.get("access-control-expose-headers") ?? "").split(",");
      expect(exposed.toSorted()).toEqual([
        "ETag",
        "Link",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "X-Request-Id",
      ]);
      expect(headers.get("access-control-allow-origin")).toBe("http://localhost:1");
    }
  });

  it("asks before it writes", async () => {
    await using server = await startServer();
    for (const path of ["/messages/", "/trpc/messages.send", "/conversations/a/members/b"]) {
      const response = await fetch(server.url + path, {
        method: "OPTIONS",
        headers: {
          origin: "http://localhost:5173",
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,idempotency-key",
        },
      });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
      expect(response.headers.get("access-control-allow-methods")).toBe(
        "GET,HEAD,POST,PUT,PATCH,DELETE",
      );
      const allowed = (response.headers.get("access-control-allow-headers") ?? "").toLowerCase();
      for (const name of [
        "content-type",
        "authorization",
        "idempotency-key",
        "last-event-id",
        "x-request-id",
      ]) {
        expect(allowed.split(",")).toContain(name);
      }
    }
  });

  it("is told what a path allows when it asks no more than that", async () => {
    await using server = await startServer();
    const init = { method: "OPTIONS", headers: { origin: "http://localhost:5173" } };
    const { status, headers } = await fetch(`${server.url}/messages/`, init);
    expect([status, headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
  });

  it("cannot send a form without asking", async () => {
    await using server = await startServer();
    const forms = [new URLSearchParams({ user_id: "a" }), new FormData(), "text"];
    for (const path of ["/messages/", "/trpc/messages.send"]) {
      for (const body of forms) {
        const init = { method: "POST", body, headers: { origin: "http://localhost:1" } };
        const { status } = await fetch(server.url + path, init);
        expect([path, status]).toEqual([path, body instanceof FormData ? expect.any(Number) : 415]);
        expect(status).toBeGreaterThanOrEqual(400);
      }
    }
  });
});
