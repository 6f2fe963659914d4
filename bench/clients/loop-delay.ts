// Loaded ahead of a server: on SIGUSR2 it writes the p99 of how late the event loop was since the last time, in ms, to the file
// that `BENCH_LOOP_DELAY` names.
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = process.env["BENCH_LOOP_DELAY"] ?? "";
const resolution = 1;
const delays = monitorEventLoopDelay({ resolution });
delays.enable();

process.on("SIGUSR2", () => {
  // What is measured is the time between two ticks.
  const p99Ms = Math.max(0, delays.percentile(99) / 1e6 - resolution);
  writeFileSync(`${file}.new`, JSON.stringify({ p99Ms, maxMs: delays.max / 1e6 - resolution }));
  renameSync(`${file}.new`, file);
  delays.reset();
});
