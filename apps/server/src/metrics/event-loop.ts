import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { createReading } from "./families.ts";
import type { FedMetrics } from "./listening.ts";

/** How often the delay is sampled, in ms. A sample includes it. */
const resolutionMs = 20;
/** For how long samples are collected before they begin anew. What is shown covers one to two of these times. */
const windowMs = 30_000;
const levels = { p50: 50, p99: 99, max: 100 } as const;

/** Creates the metrics of the event loop: how late it is, and how busy. */
export function createEventLoopMetrics(): FedMetrics {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let before = read();
  const rotating = setInterval(() => {
    before = read();
    delays.reset();
  }, windowMs).unref();

  function read(): number[] {
    return Object.values(levels).map((percentile) => {
      // Without samples yet it is not a number that means anything.
      if (delays.count === 0) return 0;
      const ns = delays.percentile(percentile);
      return Math.max(ns / 1e9 - resolutionMs / 1_000, 0);
    });
  }

  const delay = createReading(
    {
      name: "chatnest_event_loop_delay_seconds",
      help: "How late the event loop was in the last 30 to 60 s, by level: the median, 99 %, the longest.",
      isPerProcess: true,
    },
    () => {
      const now = read();
      return Object.keys(levels).map((level, index) => ({
        labels: { level },
        value: Math.max(before[index] ?? 0, now[index] ?? 0),
      }));
    },
  );
  const busy = createReading(
    {
      name: "chatnest_event_loop_busy_seconds_total",
      help: "Time in which the event loop did not wait. Its rate is the share of one core in use by JavaScript.",
      type: "counter",
      isPerProcess: true,
    },
    () => [{ labels: {}, value: performance.eventLoopUtilization().active / 1_000 }],
  );
  return {
    families: [delay, busy],
    close() {
      clearInterval(rotating);
      delays.disable();
    },
  };
}
