import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChromium } from "../../support/chromium.ts";
import { preparePageServer, send } from "../page-server.ts";
import { writeLongLog } from "./long-log.ts";
import { trace } from "./trace.ts";

// Measures the page on a conversation of 100,000 messages, while ten more arrive each second:
// CHATNEST_REAL_DATA=chat.jsonl node tests/page/frames/main.ts

const seconds = 10;
const length = Number(process.argv[2] ?? 100_000);

await using directory = await mkdtempDisposable(join(tmpdir(), "chatnest-frames-"));
const file = join(directory.path, "log.jsonl");
await writeLongLog(file, length);
await using server = await preparePageServer();
await server.run("import", file);
await server.start();
await send(server, "/conversations/log/members", { body: { user_id: "ada" } });

const browser = await startChromium();
const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
const feed = page.getByRole("feed");
await tell("first message", async () => {
  await page.goto(`${server.url}/?as=ada&c=log`);
  await page.getByRole("article").last().waitFor();
});
await page.getByText("live", { exact: true }).first().waitFor();

let n = 0;
const arriving = setInterval(() => {
  const content = `Line ${n} of the log. `.repeat(1 + (n % 9));
  const body = { conversation_id: "log", user_id: `user ${n++ % 9}`, content };
  void send(server, "/messages/", { body });
}, 100);

await trace(page, "typing", type);
await trace(page, "scrolling back, reading older messages", async () => {
  await feed.hover();
  await repeat(16, () => page.mouse.wheel(0, -300));
});
await tell(`all ${length} messages, after the key Home,`, async () => {
  await page.getByRole("article").last().focus();
  await page.keyboard.press("Home");
  await page.getByText("The conversation begins here.").waitFor({ timeout: 300_000 });
});
await trace(page, "scrolling when all are read", async () => {
  await feed.hover();
  await repeat(16, () => page.mouse.wheel(0, 300));
});
await trace(page, "dragging through all of them", async () => {
  await repeat(20, () =>
    feed.evaluate((element) => element.scrollBy(0, element.scrollHeight / 200)),
  );
});
await tell("the newest again", async () => {
  await page.getByRole("button", { name: /Jump/ }).click();
  await page.getByRole("button", { name: /Jump/ }).waitFor({ state: "detached" });
});
await trace(page, "typing when all are read", type);
clearInterval(arriving);
await browser.close();

async function type(): Promise<void> {
  await page.getByRole("textbox", { name: "Message log" }).focus();
  await repeat(80, () => page.keyboard.type("a"));
}

/** Prints how long something takes. */
async function tell(what: string, run: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await run();
  console.log(`${what} after ${Math.round(performance.now() - begun)} ms`);
}

/** Does something again and again for the time of a measurement, so often a second. */
async function repeat(perSecond: number, run: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
  }
}
