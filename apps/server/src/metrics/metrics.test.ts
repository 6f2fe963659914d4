import {
  checkChannel,
  deliveryChannel,
  followerChannel,
  ringMissChannel,
  storeFailureChannel,
} from "@chatnest/api";
import {
  groupCommitChannel,
  openSqliteStore,
  unwrittenChannel,
  waitingChannel,
  watchChannel,
} from "@chatnest/db";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMetrics, type Metrics } from "./metrics.ts";

const store = openSqliteStore(":memory:");
let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics({ store, version: "1.2.3" });
});
afterEach(() => metrics.close());

/** Reads the values of a metric, by their labels. */
function read(name: string, process?: string) {
  const found = metrics.read(process).find((snapshot) => snapshot.name === name);
  return new Map(found?.values.map(({ labels, value }) => [Object.values(labels).join(), value]));
}

const channels = [
  ...[groupCommitChannel, waitingChannel, unwrittenChannel, watchChannel],
  ...[checkChannel, deliveryChannel, followerChannel, ringMissChannel, storeFailureChannel],
];

it("listens to every channel until it is closed, and to none after that", () => {
  expect(channels.filter(({ hasSubscribers }) => !hasSubscribers)).toEqual([]);
  metrics.close();
  expect(channels.filter(({ hasSubscribers }) => hasSubscribers)).toEqual([]);
});

it("adds up what is published", () => {
  const outcomes = { created: 2, repeated: 1, refused: 1, failed: 0, left: 3 };
  const group = { store: "mongodb", size: 7, lanes: 2, durationMs: 3, waiting: 0 } as const;
  groupCommitChannel.publish({ ...group, outcomes });
  unwrittenChannel.publish({ store: "mongodb", size: 5 });
  waitingChannel.publish({ store: "mongodb", waiting: 9 });
  waitingChannel.publish({ store: "sqlite", waiting: 1 });
  expect(Object.fromEntries(read("chatnest_sends_total"))).toMatchObject({
    "mongodb,created": 2,
    "mongodb,repeated": 1,
    "mongodb,refused": 1,
    "mongodb,failed": 0,
    "mongodb,unwritten": 5,
    "sqlite,created": 0,
  });
  expect(Object.fromEntries(read("chatnest_sends_waiting"))).toEqual({ mongodb: 9, sqlite: 1 });

  ringMissChannel.publish({ entriesBehind: 3, isShared: true });
  checkChannel.publish({ durationMs: 1, isComplete: false });
  deliveryChannel.publish({ delayMs: 4, readers: 30 });
  expect(read("chatnest_ring_misses_total")).toEqual(new Map(Object.entries({ no: 0, yes: 1 })));
  expect(read("chatnest_checks_total").get("failed")).toBe(1);
  expect(read("chatnest_followers_woken_total").get("")).toBe(30);

  watchChannel.publish({ kind: "lag", lagMs: 300 });
  // A clock that is ahead.
  watchChannel.publish({ kind: "lag", lagMs: -300 });
  const lag = metrics.read().find(({ name }) => name === "chatnest_change_stream_lag_seconds");
  const parts = lag?.values.filter(({ metricName }) => !metricName?.endsWith("_bucket"));
  expect(parts?.map(({ value }) => value)).toEqual([0.3, 2]);
});

it("counts requests by method, pattern and status", () => {
  const request = { method: "GET", pattern: "/livez", status: 200, ms: 4 };
  for (const more of [{}, {}, { status: 503 }, { method: "HEAD" }, { pattern: "/readyz" }]) {
    metrics.onAnswered({ ...request, ...more });
  }
  const counts = read("chatnest_http_request_duration_seconds");
  expect(counts.get("GET,/livez,200,0.0025")).toBe(0);
  expect(counts.get("GET,/livez,200,0.005")).toBe(2);
  for (const labels of ["GET,/livez,503", "HEAD,/livez,200", "GET,/readyz,200"]) {
    expect(counts.get(`${labels},+Inf`)).toBe(1);
  }
});

it("names the process on what is its own, and on nothing else", () => {
  const named = metrics
    .read("3")
    .filter(({ values }) => values.some(({ labels }) => labels["process"] === "3"))
    .map(({ name }) => name.replace("chatnest_", ""));
  expect(named.toSorted()).toEqual([
    "change_stream_state",
    "event_loop_busy_seconds_total",
    "event_loop_delay_seconds",
    "process_cpu_seconds_total",
    "process_memory_bytes",
    "process_start_time_seconds",
  ]);
});

it("shows how long the event loop was blocked", async () => {
  const longest = () => read("chatnest_event_loop_delay_seconds").get("max,1") ?? 0;
  await expect
    .poll(() => {
      const end = performance.now() + 300;
      while (performance.now() < end);
      return longest();
    })
    .toBeGreaterThan(0.2);
});
