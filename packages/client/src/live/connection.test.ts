import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import {
  type Answer,
  ending,
  follow,
  followWith,
  impatient,
  page,
  patient,
  problem,
  startPeer,
  streaming,
} from "../../tests/peer.ts";
import { createRequests } from "../http/request.ts";

const good = streaming("id: e-2\ndata: good\n\n");
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

describe("a connection", () => {
  test("waits longer while streams end soon after they began, up to a limit", async () => {
    await using peer = await startPeer([ending("retry: 0\ndata: good\n\n")]);
    using line = follow(peer.url, undefined, {
      ...patient,
      backoff: { baseMs: 10, maxMs: 10_000 },
    });
    await waitFor(() => expect(line.heard.length).toBeGreaterThan(30));
    expect(Math.max(...line.waits)).toBeGreaterThan(10);
    expect(Math.max(...line.waits)).toBeLessThanOrEqual(40);
  });

  test("reconnects with the last id of the stream, including that of an event without data", async () => {
    await using peer = await startPeer([
      ending("id: e-1\ndata: one\n\ndata: two\n\n"),
      ending("id: e-9\n\n"),
      good,
    ]);
    using following = follow(peer.url);
    await waitFor(() => expect(following.heard).toEqual(["one", "two", "good"]));
    const ids = peer.requests.map(({ headers }) => headers["last-event-id"]);
    expect(ids).toEqual([undefined, "e-1", "e-9"]);
    expect(following.reasons).toEqual(["network", "network"]);
    expect(peer.requests[0]?.headers.accept).toBe("text/event-stream");
  });

  test.each([
    ["the page of a gateway", page(502), "unavailable"],
    ["a page that says 404", page(404), "unexpected_answer"],
    ["the page of a captive portal", page(200), "unexpected_answer"],
    ["an internal error", problem(500, "internal"), "internal"],
    ["a connection that is cut", (response: ServerResponse) => response.destroy(), "network"],
    ["an answer that never comes", () => {}, "timeout"],
    ["a stream that falls silent", streaming(": \n\n"), "timeout"],
    [
      "an `unavailable` event",
      streaming('event: unavailable\ndata: {"detail":"x"}\n\n'),
      "unavailable",
    ],
    [
      "an event with data that is not JSON",
      streaming("event: unavailable\ndata: x\n\n"),
      "unexpected_answer",
    ],
  ] as const)("is tried again after %s", async (_, answer, code) => {
    await using peer = await startPeer([answer, answer, good]);
    using following = follow(peer.url, undefined, code === "timeout" ? impatient : patient);
    await waitFor(() => expect(following.heard).toContain("good"));
    expect(following.reasons.slice(0, 2)).toEqual([code, code]);
  });

  test.each([
    [400, "bad_request"],
    [403, "forbidden"],
    [404, "not_found"],
    [405, "method_not_allowed"],
    [422, "validation_failed"],
  ])("is given up for good after a %i of the server", async (status, code) => {
    await using peer = await startPeer([problem(status, code)]);
    using following = follow(peer.url);
    expect(await following.ended).toMatchObject({ code, status, requestId: "r-1" });
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test("waits as long as `retry:` or Retry-After asks", async () => {
    await using peer = await startPeer([
      ending("retry: 700\n\ndata: x\n\n"),
      page(503, { "retry-after": "60000" }),
      page(429, { "retry-after": "1" }),
    ]);
    using following = follow(peer.url);
    await waitFor(() => expect(following.states.length).toBe(4));
    const [first = 0, second = 0] = following.waits;
    expect(Math.floor(first / 100)).toBe(7);
    expect(Math.floor(second / 100)).toBe(3_000);
  });

  test.each([
    ["Retry-After", page(503, { "retry-after": "7" })],
    ["a stream", ending("retry: 7000\n\ndata: x\n\n")],
  ])("comes back at another time than others who were told the same by %s", async (_, answer) => {
    await using peer = await startPeer([answer]);
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      using following = follow(peer.url);
      await waitFor(() => expect(following.waits).toHaveLength(1));
      waits.push(...following.waits);
    }
    expect(new Set(waits).size).toBe(6);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(7_000);
    expect(Math.max(...waits)).toBeLessThan(7_050);
  });

  test("stays open on heartbeats alone", async () => {
    let beats = 0;
    await using peer = await startPeer([
      (response, request) => {
        good(response, request);
        const timer = setInterval(() => response.write(": \n\n", () => beats++), 200);
        response.on("close", () => clearInterval(timer));
      },
    ]);
    using following = follow(peer.url, undefined, { ...patient, silenceMsMax: 2_000 });
    await waitFor(() => expect(beats).toBe(15));
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test.each([3_600_000, -3_600_000])(
    "reconnects when the clock jumps by %d ms, as after a sleep",
    async (ms) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      try {
        await using peer = await startPeer([good]);
        using following = follow(peer.url, undefined, { ...patient, silenceMsMax: 1_000 });
        await waitFor(() => expect(following.heard).toEqual(["good"]));
        vi.setSystemTime(Date.now() + ms);
        await waitFor(() => expect(following.heard).toEqual(["good", "good"]));
        expect(following.reasons).toEqual(["timeout"]);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  describe("when another request of the client finds the server again", () => {
    const late = { ...patient, backoff: { baseMs: 3_600_000, maxMs: 3_600_000 } };
    const away = page(502);

    test("reconnects at once", async () => {
      await using peer = await startPeer([away, good]);
      const requests = createRequests({ url: peer.url });
      using following = followWith(requests, late);
      await waitFor(() => expect(following.reasons).toEqual(["unavailable"]));
      await requests.send("/livez", { method: "GET", headers: {} });
      await waitFor(() => expect(following.heard).toEqual(["good"]));
    });

    test("still waits as long as the server asks", async () => {
      await using peer = await startPeer([page(503, { "retry-after": "1" }), good]);
      const requests = createRequests({ url: peer.url });
      using following = followWith(requests, late);
      await waitFor(() => expect(following.reasons).toEqual(["unavailable"]));
      const startedAt = performance.now();
      await requests.send("/livez", { method: "GET", headers: {} });
      await waitFor(() => expect(following.heard).toEqual(["good"]));
      expect(performance.now() - startedAt).toBeGreaterThan(900);
    });

    test("does so once, when it is only its own path that fails", async () => {
      await using peer = await startPeer([away, page(200), away, page(200), away, page(200)]);
      const requests = createRequests({ url: peer.url });
      using following = followWith(requests, late);
      await waitFor(() => expect(following.reasons.length).toBe(1));
      await requests.send("/livez", { method: "GET", headers: {} });
      await waitFor(() => expect(following.reasons.length).toBe(2));
      await requests.send("/livez", { method: "GET", headers: {} });
      await requests.send("/livez", { method: "GET", headers: {} });
      await pause(200);
      expect(following.reasons.length).toBe(2);
    });
  });

  test("reconnects at once when a browser is back online", async () => {
    await using peer = await startPeer([page(503, { "retry-after": "60" }), good]);
    const target = new EventTarget();
    vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
    vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
    using following = follow(peer.url);
    vi.unstubAllGlobals();
    await waitFor(() => expect(following.states.length).toBe(2));
    target.dispatchEvent(new Event("online"));
    await waitFor(() => expect(following.heard).toEqual(["good"]));
  });
});

describe("the token of a connection", () => {
  const asking: Answer = (response, request) => {
    const answer =
      request.headers.authorization === "Bearer new" ? good : problem(401, "unauthorized");
    answer(response, request);
  };

  test("is renewed when it is refused", async () => {
    await using peer = await startPeer([asking]);
    const tokens = ["old", "new"];
    using following = follow(peer.url, () => tokens.shift() ?? "none");
    await waitFor(() => expect(following.heard).toEqual(["good"]));
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test("is asked for until it can be obtained", async () => {
    await using peer = await startPeer([asking]);
    let asked = 0;
    using following = follow(peer.url, async () => {
      if (++asked < 4) throw new Error("the token service is away");
      return "new";
    });
    await waitFor(() => expect(following.heard).toEqual(["good"]));
    expect(following.reasons).toEqual(["unauthorized", "unauthorized", "unauthorized"]);
  });

  test("ends the connection when a ChatError says that there is none, also from another copy of the client", async () => {
    vi.resetModules();
    const copy = await import("../errors.ts");
    await using peer = await startPeer([asking]);
    using following = follow(peer.url, () => {
      throw new copy.ChatError("unauthorized", "logged out");
    });
    expect(await following.ended).toMatchObject({ code: "unauthorized", message: "logged out" });
  });

  test("ends the connection when a new one is refused, too", async () => {
    await using peer = await startPeer([asking]);
    using following = follow(peer.url, () => "old");
    expect(await following.ended).toMatchObject({ code: "unauthorized", status: 401 });
    expect(peer.requests.length).toBe(2);
  });

  test("is renewed at once after an `expired` event", async () => {
    await using peer = await startPeer([
      streaming("retry: 60000\n\ndata: x\n\nevent: expired\ndata: {}\n\n"),
      asking,
    ]);
    const tokens = ["old", "new"];
    using following = follow(peer.url, () => tokens.shift() ?? "none");
    await waitFor(() => expect(following.heard).toEqual(["x", "good"]));
  });
});
