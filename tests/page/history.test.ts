import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

const chat = fileURLToPath(new URL("../data/ubuntu-irc.jsonl", import.meta.url));

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** Scrolls up step by step, and returns how far a message that stays in sight moved beyond what was scrolled, in pixels. */
function scrollUp(page: Page): Promise<{ jumps: number[]; isAtStart: boolean }> {
  return page.evaluate(async () => {
    const feed = document.querySelector("[role=feed]");
    if (!feed) throw new Error("no messages");
    const frame = () => new Promise(requestAnimationFrame);
    const jumps: number[] = [];
    for (let step = 0; step < 4_000; step += 1) {
      if (feed.scrollTop === 0 && document.querySelector("[data-index='0'] article") === null)
        break;
      const middle = innerHeight / 2;
      const anchor = [...feed.querySelectorAll("article")].find(
        (article) => article.getBoundingClientRect().bottom > middle,
      );
      const before = anchor?.getBoundingClientRect().top ?? 0;
      const by = Math.min(120, feed.scrollTop);
      feed.scrollBy(0, -120);
      await frame();
      await frame();
      if (!anchor?.isConnected) continue;
      const moved = anchor.getBoundingClientRect().top - before;
      if (by > 0) jumps.push(Math.abs(moved - by));
    }
    return { jumps, isAtStart: feed.scrollTop === 0 };
  });
}

/** Scrolls down to the end, and returns all that was in sight. */
function readDown(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const feed = document.querySelector("[role=feed]");
    if (!feed) throw new Error("no messages");
    const seen = new Set<string>();
    for (let still = 0; still < 5; still += 1) {
      const before = feed.scrollTop;
      for (const text of feed.querySelectorAll("article p[dir=auto]"))
        seen.add(text.textContent ?? "");
      feed.scrollBy(0, 500);
      for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
      if (feed.scrollTop !== before) still = 0;
    }
    return [...seen].sort();
  });
}

it("the real chat is read back to its first message without a jump", async () => {
  await using server = await preparePageServer();
  await server.run("import", chat);
  await server.start();
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=ubuntu-2004-12-25-train-c`);
  await page.getByRole("article").last().waitFor();
  const { jumps, isAtStart } = await scrollUp(page);
  expect(isAtStart).toBe(true);
  expect(Math.max(...jumps)).toBeLessThanOrEqual(1);
  await page.getByText("kleedrac: I'm afraid not. Any version of mplayer").waitFor();
  await page.getByText("The conversation begins here.").waitFor();
});

it("the first message of 3,000 is one key away, and the newest another", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "log", user_ids: ["ada", "bob"] } });
  const said = Array.from({ length: 3_000 }, (_, n) => ({
    conversation_id: "log",
    user_id: "bob",
    content: `line ${n + 1}`,
  }));
  for (const body of said.slice(0, 1)) await send(server, "/messages/", { body });
  await Promise.all(said.slice(1).map((body) => send(server, "/messages/", { body })));
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=log`);
  await page.getByRole("article").last().waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await page.getByRole("article").last().focus();
  await page.keyboard.press("Home");
  await page.getByText("The conversation begins here.").waitFor();
  await page.getByText("line 1", { exact: true }).waitFor();
  await expect.poll(focused).toContain("line 1");
  await page.keyboard.press("ArrowDown");
  await expect.poll(focused).toContain("line 2");
  // Only what is in sight is in the page.
  expect(await page.getByRole("article").count()).toBeLessThan(100);
  const lines = await readDown(page);
  expect(lines).toEqual(said.map(({ content }) => content).toSorted());
  await page.getByRole("feed").evaluate((feed) => feed.scrollBy(0, -9_000));
  await page.getByRole("button", { name: "Jump to the newest" }).click();
  await expect.poll(() => page.getByRole("button", { name: "Jump to the newest" }).count()).toBe(0);
});

it("the first of many unread messages is one click away, wherever they begin", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "log", user_ids: ["ada", "bob"] } });
  for (const user_id of ["ada", ...Array(300).fill("bob")]) {
    const body = { conversation_id: "log", user_id, content: `by ${user_id}` };
    await send(server, "/messages/", { body });
  }
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=log`);
  await page.getByRole("button", { name: "Jump to the first of 300 unread" }).click();
  await page.getByText("New messages").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.id);
  const first = page.getByRole("article").filter({ hasText: "by bob" }).first();
  await expect.poll(focused).toBe(await first.getAttribute("id"));
  expect(await page.getByRole("article", { name: /^You/ }).count()).toBe(1);
  expect(await page.getByRole("button", { name: /unread$/ }).count()).toBe(0);
});

it("new messages move nothing while one reads older ones, and are counted", async () => {
  await using server = await preparePageServer();
  await server.run("import", chat);
  await server.start();
  const id = "ubuntu-2005-09-26-train-c";
  await send(server, `/conversations/${id}/members`, { body: { user_id: "ada" } });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=${id}`);
  await page.getByRole("article").last().waitFor();
  const feed = page.getByRole("feed");
  await feed.hover();
  await page.mouse.wheel(0, -900);
  await page.getByRole("button", { name: "Jump to the newest" }).waitFor();
  await expect.poll(() => feed.getAttribute("aria-busy")).toBe("false");
  const place = () =>
    feed.evaluate((element) => {
      const middle = innerHeight / 2;
      const articles = [...element.querySelectorAll("article")];
      const found = articles.find((article) => article.getBoundingClientRect().bottom > middle);
      return [found?.id, found?.getBoundingClientRect().top];
    });
  const before = await place();
  for (const content of ["a", "b", "c"]) {
    await send(server, "/messages/", { body: { conversation_id: id, user_id: "bob", content } });
  }
  await page.getByRole("button", { name: "Jump to the newest: 3 new" }).waitFor();
  expect(await place()).toEqual(before);
  await page.getByRole("button", { name: /Jump/ }).click();
  await page.getByRole("article").filter({ hasText: "c" }).last().waitFor();
  const body = { conversation_id: id, user_id: "bob", content: "followed" };
  await send(server, "/messages/", { body });
  await page.getByText("followed", { exact: true }).waitFor();
  const isInSight = page
    .getByRole("article")
    .last()
    .evaluate((article) => {
      return article.getBoundingClientRect().bottom <= innerHeight;
    });
  expect(await isInSight).toBe(true);

  const fromEnd = () =>
    feed.evaluate((it) => Math.round(it.scrollHeight - it.scrollTop - it.clientHeight));
  const sizes = [
    [360, 640],
    [640, 320],
    [1_280, 720],
  ] as const;
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await expect.poll(fromEnd).toBeLessThanOrEqual(1);
  }
  await page.getByRole("textbox", { name: /^Message/ }).fill("1\n2\n3\n4\n5");
  await expect.poll(fromEnd).toBeLessThanOrEqual(1);
});
