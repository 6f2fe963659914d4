import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { type PageServer, preparePageServer } from "./page-server.ts";
import { startScene } from "./scene.ts";

const shots = fileURLToPath(
  new URL("../../node_modules/.cache/chatnest/screenshots", import.meta.url),
);
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let browser: Browser;
let server: PageServer;
let axe: string;
beforeAll(async () => {
  [browser, server, axe] = await Promise.all([
    startChromium(),
    preparePageServer(),
    readFile(axePath, "utf8"),
  ]);
  await mkdir(shots, { recursive: true });
  await startScene(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const devices = {
  desktop: { viewport: { width: 1_280, height: 800 } },
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
  small: { viewport: { width: 360, height: 600 }, isMobile: true, hasTouch: true },
};

type Theme = "light" | "dark";

function newContext(device: keyof typeof devices, colorScheme: Theme): Promise<BrowserContext> {
  return browser.newContext({ ...devices[device], colorScheme, reducedMotion: "reduce" });
}

async function findViolations(page: Page): Promise<string[]> {
  // By the protocol of the debugger, which the policy of the page does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
}

async function openLaunch(page: Page): Promise<void> {
  await page.goto(`${server.url}/?as=ada&c=launch`);
  const newest = page.getByRole("article").filter({ hasText: "restore drill. ada" });
  await newest.waitFor();
}

const views: Record<string, (page: Page) => Promise<void>> = {
  async "sign-in"(page) {
    await page.goto(server.url);
    await page.getByLabel("Name").waitFor();
  },
  async inbox(page) {
    await page.goto(`${server.url}/?as=ada`);
    await page.getByRole("link", { name: /Launch week/ }).waitFor();
  },
  conversation: openLaunch,
  async channel(page) {
    await page.goto(`${server.url}/?as=ada&c=ubuntu-2004-12-25-train-c`);
    await page.getByRole("article").last().waitFor();
  },
  async members(page) {
    await openLaunch(page);
    await page.getByRole("button", { name: "Members" }).click();
    await page.getByRole("complementary").getByText("margaret").waitFor();
  },
  async reaction(page) {
    await openLaunch(page);
    await page.getByRole("article").last().focus();
    await page.keyboard.press("+");
    await page.getByRole("dialog").waitFor();
  },
  async deletion(page) {
    await openLaunch(page);
    await page.getByRole("article").filter({ hasText: "Same id" }).focus();
    await page.keyboard.press("Delete");
    await page.getByRole("dialog").waitFor();
  },
  async shortcuts(page) {
    await openLaunch(page);
    await page.getByRole("article").last().focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  async "new conversation"(page) {
    await openLaunch(page);
    await page.getByRole("article").last().focus();
    await page.keyboard.press("n");
    await page.getByRole("dialog").waitFor();
  },
  async notes(page) {
    await page.goto(`${server.url}/?as=ada&notes`);
    await page.getByText("kept for you alone").waitFor();
  },
};

it.each(["light", "dark"] as const)(
  "axe finds no violation in any view, on a desktop and on a phone, %s",
  async (theme) => {
    const found: [string, string[]][] = [];
    for (const device of ["desktop", "phone"] as const) {
      for (const [name, open] of Object.entries(views)) {
        await using context = await newContext(device, theme);
        const page = await context.newPage();
        await open(page);
        found.push([`${name}, ${device}`, await findViolations(page)]);
        await page.screenshot({ path: join(shots, `${name}-${device}-${theme}.png`) });
      }
    }
    expect(found.filter(([, violations]) => violations.length > 0)).toEqual([]);
  },
  240_000,
);

it.each(["desktop", "phone", "small"] as const)(
  "nothing moves while the page loads on a %s",
  async (device) => {
    await using context = await newContext(device, "light");
    await context.addInitScript(() => {
      const all: number[] = [];
      Object.assign(window, { shifts: all });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          all.push((entry as unknown as { value: number }).value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    const page = await context.newPage();
    for (const name of ["inbox", "conversation", "channel"]) {
      await views[name]?.(page);
      await page.getByText("live", { exact: true }).filter({ visible: true }).first().waitFor();
      const shifts = await page.evaluate<number[]>("shifts");
      expect([name, shifts.reduce((sum, value) => sum + value, 0)]).toEqual([name, 0]);
    }
    const isWide = page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(await isWide).toBe(false);
  },
);
