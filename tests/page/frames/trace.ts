import type { Page } from "playwright-core";

/** What a frame may take, in ms. */
const frameMs = 16;

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** What it took, in µs. */
  dur?: number;
  /** What it took of the processor, in µs: other programs do not count. */
  tdur?: number;
  args: { name?: string };
}

/** Does something, and prints how long the main thread of the page was busy at a time meanwhile. */
export async function trace(page: Page, name: string, run: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  const ended = new Promise<void>((resolve) =>
    session.once("Tracing.tracingComplete", () => resolve()),
  );
  await session.send("Tracing.start", {
    categories: "toplevel,disabled-by-default-devtools.timeline,devtools.timeline",
    transferMode: "ReportEvents",
  });
  await run();
  await session.send("Tracing.end");
  await ended;
  await session.detach();
  report(name, events);
}

function report(name: string, events: readonly TraceEvent[]): void {
  const isMain = (event: TraceEvent) => event.args.name === "CrRendererMain";
  const threads = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = events.filter(
    (event) => event.name === "RunTask" && threads.has(`${event.pid} ${event.tid}`),
  );
  console.log(`${name}: ${tasks.length} tasks`);
  console.log(`  by the processor: ${describe(tasks.map(({ tdur = 0 }) => tdur / 1_000))}`);
  console.log(`  by the clock: ${describe(tasks.map(({ dur = 0 }) => dur / 1_000))}`);
}

function describe(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  const long = sorted.filter((ms) => ms > frameMs).length;
  const whole = (sorted.reduce((sum, ms) => sum + ms, 0) / 1_000).toFixed(1);
  return `${whole} s, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms, longest ${at(1)} ms, ${long} over ${frameMs} ms`;
}
