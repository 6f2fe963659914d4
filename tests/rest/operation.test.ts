import { describe, expect, it } from "vitest";
import { openSocket } from "../support/raw.ts";
import { type ProblemBody, startRest } from "../support/rest.ts";
import { overStore } from "../support/stores.ts";
import { until } from "../support/until.ts";

describe("probes", () => {
  it("find a server that is up and ready", async () => {
    await using server = await startRest();
    for (const [path, status] of [
      ["/livez", "live"],
      ["/readyz", "ready"],
    ] as const) {
      const answer = await server.call("GET", path);
      expect([answer.status, answer.body, answer.headers.get("cache-control")]).toEqual([
        200,
        { status },
        "no-store",
      ]);
    }
  });

  it("find one that is not ready without its store", async () => {
    await using server = await startRest();
    const ping = () => Promise.reject(new Error("secret"));
    await using away = await startRest({ store: overStore(server.store, { ping }) });
    const { status, headers, body } = await away.call<ProblemBody>("GET", "/readyz");
    expect([status, body.detail, headers.get("retry-after")]).toEqual([
      503,
      "the store is unavailable",
      "2",
    ]);
    expect((await away.call("GET", "/livez")).status).toBe(200);
  });

  it("find one that does its work, only later, while it does not hear of other processes", async () => {
    await using server = await startRest();
    const watchState = () => "degraded" as const;
    await using deaf = await startRest({ store: overStore(server.store, { watchState }) });
    const { status, body } = await deaf.call("GET", "/readyz");
    expect([status, body]).toEqual([200, { status: "degraded" }]);
  });
});

describe("a server on its way down", () => {
  it("is not ready, still answers, and closes every connection behind the answer", async () => {
    let isDraining = false;
    await using server = await startRest({ isDraining: () => isDraining });
    const kept = await server.call("GET", "/livez");
    expect(kept.headers.get("connection")).toBe("keep-alive");
    isDraining = true;
    const paths = [
      "/livez",
      "/messages/room",
      "/messages/room?limit=1",
      "/messages/room?limit=0",
      "/nothing",
      "/docs",
    ];
    for (const path of paths) {
      const { headers } = await fetch(server.url + path);
      expect([path, headers.get("connection")]).toEqual([path, "close"]);
    }
    for (const path of [
      "/trpc/nothing",
      "/trpc/messages.page?input=%7B%22conversation_id%22%3A%22a%22%7D",
    ]) {
      expect((await fetch(server.url + path)).headers.get("connection")).toBe("close");
    }
    const { status, body } = await server.call<ProblemBody>("GET", "/readyz");
    expect([status, body.detail]).toEqual([503, "the server is shutting down"]);

    const socket = await openSocket(server.port);
    let isClosed = false;
    socket.resume().on("close", () => {
      isClosed = true;
    });
    socket.write("GET /messages/room HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => isClosed, { timeoutMs: 5_000, what: "the server closed the connection" });
  });
});

describe("the log", () => {
  it("has one line a request, without its query, its body or a secret", async () => {
    await using server = await startRest();
    server.log.length = 0;
    const sent = { user_id: "alice", content: "what nobody may read", conversation_id: "room" };
    await server.post("/messages/", sent, {
      authorization: "Bearer secret",
      "x-request-id": "request-7",
    });
    await server.call("GET", "/messages/room?limit=0");
    await fetch(`${server.url}/nothing%20here?secret=1`);
    await until(() => server.log.length >= 3, { timeoutMs: 5_000, what: "three lines are logged" });
    expect(server.log).toEqual([
      expect.objectContaining({
        method: "POST",
        path: "/messages",
        status: 201,
        request_id: "request-7",
      }),
      expect.objectContaining({ method: "GET", path: "/messages/{conversation_id}", status: 422 }),
      expect.objectContaining({ method: "GET", path: "unmatched", status: 404 }),
    ]);
    for (const line of server.log) {
      expect(Object.keys(line).toSorted()).toEqual([
        "level",
        "method",
        "ms",
        "msg",
        "path",
        "request_id",
        "status",
        "time",
      ]);
      expect(line["ms"]).toEqual(expect.any(Number));
    }
    expect(JSON.stringify(server.log)).not.toMatch(/nobody|secret|limit/);
  });

  it("names a request as its client does, unless that could be something else", async () => {
    await using server = await startRest();
    const ask = async (id: string) => {
      const { headers } = await fetch(`${server.url}/livez`, { headers: { "x-request-id": id } });
      return headers.get("x-request-id");
    };
    expect(await ask("mine-7")).toBe("mine-7");
    for (const id of ["with space", '"quoted"', "i".repeat(256), ""]) {
      expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
