import type { Answered } from "../http/answered.ts";
import type { Family } from "./families.ts";
import { type Histogram, HistogramFamily } from "./histograms.ts";

/** Counts requests. */
export interface RequestMetrics {
  families: readonly Family[];
  count(answered: Pick<Answered, "method" | "pattern" | "status" | "ms">): void;
}

/**
 * Creates the metrics of requests. There are as many series as the server has paths, methods and statuses: what a client
 * sends adds none, since it is counted by pattern.
 */
export function createRequestMetrics(): RequestMetrics {
  const durations = new HistogramFamily({
    name: "chatnest_http_request_duration_seconds",
    help: "Time from a request to the beginning of its answer. A live stream lasts longer.",
  });
  /** By pattern, by method, by status. */
  const known = new Map<string, Map<string, Histogram[]>>();

  function statusesOf(pattern: string, method: string): Histogram[] {
    const methods = known.get(pattern) ?? new Map<string, Histogram[]>();
    const statuses = methods.get(method) ?? [];
    known.set(pattern, methods.set(method, statuses));
    return statuses;
  }

  return {
    families: [durations],
    count({ method, pattern, status, ms }) {
      const statuses = known.get(pattern)?.get(method) ?? statusesOf(pattern, method);
      let histogram = statuses[status];
      if (!histogram) {
        histogram = durations.child({ method, path: pattern, status: String(status) });
        statuses[status] = histogram;
      }
      histogram.observe(ms / 1_000);
    },
  };
}
