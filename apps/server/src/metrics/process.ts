import { constants, PerformanceObserver } from "node:perf_hooks";
import { createReading } from "./families.ts";
import { type Histogram, HistogramFamily } from "./histograms.ts";
import type { FedMetrics } from "./listening.ts";

const collections = {
  major: constants.NODE_PERFORMANCE_GC_MAJOR,
  minor: constants.NODE_PERFORMANCE_GC_MINOR,
  incremental: constants.NODE_PERFORMANCE_GC_INCREMENTAL,
  weak: constants.NODE_PERFORMANCE_GC_WEAKCB,
} as const;

/** Creates the metrics of the process itself: processor, memory, garbage collection, what is running and since when. */
export function createProcessMetrics(version: string): FedMetrics {
  const startedAt = Date.now() / 1_000 - process.uptime();
  const cpu = createReading(
    {
      name: "chatnest_process_cpu_seconds_total",
      help: "Processor time used, by mode.",
      type: "counter",
      isPerProcess: true,
    },
    () => {
      const { user, system } = process.cpuUsage();
      return [
        { labels: { mode: "user" }, value: user / 1e6 },
        { labels: { mode: "system" }, value: system / 1e6 },
      ];
    },
  );
  const memory = createReading(
    {
      name: "chatnest_process_memory_bytes",
      help: "Memory in use, by kind. resident: all of it; heap and external: parts of it; heap_total: reserved for the heap.",
      isPerProcess: true,
    },
    () => {
      const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
      const kinds = { resident: rss, heap: heapUsed, heap_total: heapTotal, external };
      return Object.entries(kinds).map(([kind, value]) => ({ labels: { kind }, value }));
    },
  );
  const started = createReading(
    {
      name: "chatnest_process_start_time_seconds",
      help: "When the process started, in seconds since 1970.",
      isPerProcess: true,
    },
    () => [{ labels: {}, value: startedAt }],
  );
  const build = createReading(
    {
      name: "chatnest_build_info",
      help: "Always 1; the labels say what is running.",
      aggregator: "first",
    },
    () => [{ labels: { version, node: process.versions.node }, value: 1 }],
  );
  const { family, close } = createCollectionMetrics();
  return { families: [cpu, memory, started, build, family], close };
}

function createCollectionMetrics() {
  const family = new HistogramFamily({
    name: "chatnest_gc_duration_seconds",
    help: "Time that garbage collections took, by kind.",
  });
  const children = new Map<number, Histogram>(
    Object.entries(collections).map(([kind, id]) => [id, family.child({ kind })]),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      children.get(kindOf(entry) ?? 0)?.observe(entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return { family, close: () => observer.disconnect() };
}

// The types of Node leave the detail out.
function kindOf(entry: object): number | undefined {
  return (entry as { detail?: { kind?: number } }).detail?.kind;
}
