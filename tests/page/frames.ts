import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

// Traces how long the page works at a time while ten messages a second arrive and one types and scrolls:
// node tests/page/frames.ts

const seconds = 10;
const history = 5_000;
const frameMs = 16;

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  args: { name?: string };
}

await using server = await preparePageServer();
await server.start();
await send(server, "/conversations/", { body: { id: "log", user_ids: ["ada", "bob"] } });
const say = (n: number) =>
  send(server, "/messages/", {
    body: {
      conversation_id: "log",
      user_id: `user ${n % 9}`,
      content: `Line ${n} of the log. `.repeat(1 + (n % 9)),
    },
  });
for (let n = 0; n < history; n += 100) {
  await Promise.all(Array.from({ length: 100 }, (_, at) => say(n + at)));
}

const browser = await startChromium();
const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
const openedAt = performance.now();
await page.goto(`${server.url}/?as=ada&c=log`);
await page.getByRole("article").last().waitFor();
console.log(`first message visible after ${Math.round(performance.now() - openedAt)} ms`);
await page.getByRole("article").last().focus();
await page.keyboard.press("Home");
await page.getByText("The conversation begins here.").waitFor();
const all = Math.round(performance.now() - openedAt);
console.log(`all ${history} messages read after ${all} ms`);

await trace("typing", async () => {
  await page.getByRole("textbox", { name: "Message log" }).focus();
  await repeat(80, () => page.keyboard.type("a"));
});
await trace("scrolling", async () => {
  await page.getByRole("feed").hover();
  await repeat(16, () => page.mouse.wheel(0, 300));
});
await browser.close();

/** Does something for a while, while messages arrive, and tells how long the main thread was busy at a time. */
async function trace(name: string, run: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  const ended = new Promise<void>((resolve) =>
    session.once("Tracing.tracingComplete", () => resolve()),
  );
  let n = history;
  const arriving = setInterval(() => void say(n++), 100);
  await session.send("Tracing.start", {
    categories: "toplevel,disabled-by-default-devtools.timeline,devtools.timeline",
    transferMode: "ReportEvents",
  });
  await run();
  clearInterval(arriving);
  await session.send("Tracing.end");
  await ended;
  report(name, events);
}

function report(name: string, events: readonly TraceEvent[]): void {
  const isMain = (event: TraceEvent) => event.args.name === "CrRendererMain";
  const threads = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = events
    .filter((event) => event.name === "RunTask" && threads.has(`${event.pid} ${event.tid}`))
    .map(({ dur = 0 }) => dur / 1_000)
    .toSorted((one, other) => one - other);
  const at = (share: number) => (tasks[Math.floor((tasks.length - 1) * share)] ?? 0).toFixed(1);
  const long = tasks.filter((ms) => ms > frameMs).length;
  console.log(
    `${name}: ${tasks.length} tasks, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms, longest ${at(1)} ms, ${long} over ${frameMs} ms`,
  );
}

/** Does something again and again for the time of a measurement, so often a second. */
async function repeat(perSecond: number, run: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
  }
}
